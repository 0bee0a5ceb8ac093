// Goal: an item that fails takes its term's policy, whatever its kernel, and nothing else is touched by it.

import { expect, test } from 'vitest'
import type { Context } from '../contracts.ts'
import type { DeadLetter, FailurePolicy } from '../failure.ts'
import { FlatMapTerm, FunctionTerm } from '../term/function-term.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { SinkTerm } from '../term/sink-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count, filter, flatMap, fold, items, map } from '../test/terms.ts'
import { checkLedger, isBalanced } from '../testing/ledger.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import type { RunOptions, Summary } from './options.ts'
import { run } from './run.ts'

const NO_COUNTS = { error: 0, timeout: 0, worker: 0, circuit: 0, retries: 0, fallbacks: 0, deadLettered: 0 }

function bad(n: number): number {
  if (n % 3 === 1) throw new RangeError(`no ${n}`)
  return n
}

interface Outcome {
  readonly result: readonly unknown[]
  readonly letters: readonly DeadLetter[]
  readonly summary: Summary
}

async function play(
  from: Term<never, any>,
  term: Leaf<any, any>,
  options: RunOptions = {},
  advanceMs = 0,
): Promise<Outcome> {
  const sink = new Collect<any>()
  const r = run(from.pipe(term as Term<any, any>, sink), options)
  const letters: DeadLetter[] = []
  r.on('deadLetter', (letter) => letters.push(letter))
  r.done.catch(() => undefined)
  if (advanceMs > 0) await (options.clock as VirtualClock).advance(advanceMs)
  const summary = await settled(r)
  checkLedger(summary)
  if (options.clock instanceof VirtualClock) expect(options.clock.pending).toBe(0)
  return { result: summary.result(sink), letters, summary }
}

class Each extends FunctionTerm<number, number> {
  override readonly concurrency: number
  readonly #f: (n: number, ctx: Context<unknown, number>) => any

  constructor(concurrency: number, f: (n: number, ctx: Context<unknown, number>) => any) {
    super()
    this.concurrency = concurrency
    this.#f = f
  }

  f(n: number, ctx: Context<unknown, number>): any {
    return this.#f(n, ctx)
  }
}

const scan = () =>
  kernelTerm<number, number, number>(
    'scan',
    { kind: 'scan', f: (sum: number, n: number) => sum + bad(n) },
    { initialState: () => 0 },
  )
const tap = () => kernelTerm<number, number>('tap', { kind: 'tap', f: bad })

const KERNELS: Readonly<
  Record<string, readonly [() => Leaf<any, any>, skipped: unknown[], replaced?: unknown[]]>
> = {
  map: [() => map(bad), [0, 2, 3, 5], [0, -1, 2, 3, -4, 5]],
  async: [() => map(async (n: number) => bad(n)), [0, 2, 3, 5], [0, -1, 2, 3, -4, 5]],
  apply: [() => new Each(1, bad), [0, 2, 3, 5], [0, -1, 2, 3, -4, 5]],
  concurrent: [() => new Each(3, async (n) => bad(n)), [0, 2, 3, 5], [0, -1, 2, 3, -4, 5]],
  'concurrent, at once': [() => new Each(3, bad), [0, 2, 3, 5], [0, -1, 2, 3, -4, 5]],
  scan: [scan, [0, 2, 5, 10], [0, -1, 2, 5, -4, 10]],
  tap: [tap, [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]],
  fold: [() => fold((sum: number, n: number) => sum + bad(n), 0), [10]],
}

test.each(Object.entries(KERNELS))(
  '%s: skip sets aside, fallback goes on',
  async (_, [make, skipped, replaced]) => {
    const aside = await play(count(6), make().onFailure({ onError: 'skip' }))
    expect(aside.result).toEqual(skipped)
    expect(aside.letters).toMatchObject([
      { item: 1, attempts: 1, kind: 'error', error: { message: 'no 1' } },
      { item: 4, attempts: 1, kind: 'error', error: { message: 'no 4' } },
    ])
    const term = aside.letters[0]?.term as string
    expect(aside.summary.failures).toEqual({
      ...{ ...NO_COUNTS, total: 2, error: 2, deadLettered: 2 },
      byTerm: { [term]: { ...NO_COUNTS, error: 2, deadLettered: 2 } },
    })
    expect(aside.summary.items).toMatchObject({ deadLettered: 2, discarded: 0 })
    if (replaced === undefined) return
    const fallen = await play(count(6), make().onFailure({ fallback: (n: number) => -n as never }))
    expect([fallen.result, fallen.letters]).toEqual([replaced, []])
    expect(fallen.summary.failures).toMatchObject({ total: 2, fallbacks: 2, deadLettered: 0 })
  },
)

test('a filter falls back on a boolean, a sink on an action', async () => {
  const even = () => filter((n: number) => bad(n) % 2 === 0)
  expect((await play(count(6), even().onFailure({ onError: 'skip' }))).result).toEqual([0, 2])
  expect((await play(count(6), even().onFailure({ fallback: true }))).result).toEqual([0, 1, 2, 4])
  expect((await play(count(6), even().onFailure({ fallback: false }))).result).toEqual([0, 2])

  class Picky extends SinkTerm<number, number[], number[]> {
    override initialState = (): number[] => []
    override write(n: number, ctx: Context<number[]>): void {
      ctx.state.push(bad(n))
    }
    override result = (ctx: Context<number[]>): number[] => ctx.state
  }
  const refused: number[] = []
  const [skipping, acting] = [
    new Picky().onFailure({ onError: 'skip' }),
    new Picky().onFailure({ fallback: (n) => void refused.push(n) }),
  ]
  const first = await settled(run(count(6).pipe(skipping)))
  expect([first.result(skipping), first.items.out, first.items.deadLettered]).toEqual([[0, 2, 3, 5], 4, 2])
  const second = await settled(run(count(6).pipe(acting)))
  expect([second.result(acting), refused, second.items.out]).toEqual([[0, 2, 3, 5], [1, 4], 6])
})

test.each([
  ['array', (n: number) => [bad(n), n]],
  [
    'generator',
    function* (n: number) {
      yield bad(n)
      yield n
    },
  ],
  ['promise', async (n: number) => [bad(n), n]],
  [
    'async generator',
    async function* (n: number) {
      yield bad(n)
      yield n
    },
  ],
])('an expansion by %s', async (_, f) => {
  const skipping = await play(count(5), flatMap(f).onFailure({ onError: 'skip' }))
  expect(skipping.result).toEqual([0, 0, 2, 2, 3, 3])
  expect(skipping.letters.map(({ item }) => item)).toEqual([1, 4])
  const falling = await play(count(5), flatMap(f).onFailure({ fallback: [7, 8] }))
  expect(falling.result).toEqual([0, 0, 7, 8, 2, 2, 3, 3, 7, 8])
})

test('an expansion that fails half-way has given what it gave, and is not called again', async () => {
  let calls = 0
  class Half extends FlatMapTerm<number, string> {
    *f(n: number) {
      calls++
      yield `${n}a`
      bad(n)
      yield `${n}b`
    }
  }
  const { result, letters } = await play(count(3), new Half().onFailure({ retry: 5, onError: 'skip' }))
  expect(result).toEqual(['0a', '0b', '1a', '2a', '2b'])
  expect([letters.length, letters[0]?.attempts, calls]).toEqual([1, 1, 3])
})

test('retry: after pauses that grow; the items behind wait, and each is counted once', async () => {
  const clock = new VirtualClock()
  const log: [number, number][] = []
  const flaky = map((n: number) => {
    log.push([n, clock.now()])
    if (n === 1 && log.length < 5) throw new Error('not yet')
    return n
  }).onFailure({ retry: { attempts: 5, delayMs: 100, jitter: 0 } })
  const { result, summary } = await play(count(3), flaky, { clock }, 2000)
  expect(result).toEqual([0, 1, 2])
  expect(log).toEqual([
    [0, 0],
    [1, 0],
    [1, 100],
    [1, 300],
    [1, 700],
    [2, 700],
  ])
  expect(summary.failures).toMatchObject({ total: 0, retries: 3 })
  expect(summary.nodes.find(({ id }) => id === 'map')).toMatchObject({ in: 3, out: 3, filtered: 0 })
})

test('retry of concurrent calls: only the slot waits', async () => {
  const clock = new VirtualClock()
  const log: [number, number][] = []
  let failures = 2
  const flaky = new Each(2, async (n) => {
    log.push([n, clock.now()])
    if (n === 0 && failures-- > 0) throw new Error('not yet')
    return n
  }).onFailure({ retry: { attempts: 5, delayMs: 100, jitter: 0 } })
  flaky.ordered satisfies boolean
  const { result } = await play(count(3), flaky, { clock }, 1000)
  expect(result).toEqual([0, 1, 2])
  expect(log.filter(([n]) => n === 0).map(([, at]) => at)).toEqual([0, 100, 300])
  expect(log.find(([n]) => n === 1)).toEqual([1, 0])
})

test('retries that are used up: the letter says how many calls were made', async () => {
  for (const concurrency of [1, 2]) {
    const { letters, summary } = await play(
      items([1]),
      new Each(concurrency, bad).onFailure({ retry: 2, onError: 'skip' }),
    )
    expect(letters).toMatchObject([{ attempts: 3, item: 1 }])
    expect(summary.failures).toMatchObject({ total: 1, error: 1, retries: 2 })
  }
})

test('what a failing call emits is dropped; what it assigned to its state stays', async () => {
  class Emits extends FunctionTerm<number, number, number> {
    override initialState = (): number => 0
    calls = 0
    f(n: number, ctx: Context<number, number>): number {
      ctx.emit(100 + n)
      ctx.state++
      if (this.calls++ === 1) throw new Error('no')
      return ctx.state
    }
  }
  const { result } = await play(count(3), new Emits().onFailure({ onError: 'skip' }))
  expect(result).toEqual([100, 1, 102, 3])
  const again = await play(count(3), new Emits().onFailure({ retry: 1 }))
  expect(again.result).toEqual([100, 1, 101, 3, 102, 4])
})

test('timeoutMs gives up on a call: its signal aborts, and what comes late is ignored', async () => {
  for (const concurrency of [1, 3]) {
    const clock = new VirtualClock()
    const aborted: unknown[] = []
    const slow = new Each(concurrency, async () => undefined)
    slow.f = async (n: number, ctx: Context<unknown, number>) => {
      if (n === 1) ctx.signal.addEventListener('abort', () => aborted.push(clock.now()))
      await new Promise<void>((resolve) => void clock.after(n === 1 ? 500 : 10, resolve))
      ctx.emit(100 + n)
      return n
    }
    const policy: FailurePolicy<number, any> = { timeoutMs: 50, onError: 'skip' }
    const { result, letters, summary } = await play(count(3), slow.onFailure(policy), { clock }, 1000)
    expect(result).toEqual([100, 0, 102, 2])
    expect(letters).toMatchObject([{ item: 1, kind: 'timeout', error: { code: 'CALL_TIMEOUT' } }])
    expect(aborted).toEqual([concurrency === 1 ? 60 : 50])
    expect(summary.failures).toMatchObject({ total: 1, timeout: 1 })
  }
})

test('timeoutMs of an async expansion is for each of its items', async () => {
  const clock = new VirtualClock()
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  let closed = 0
  const slow = flatMap(async function* (n: number) {
    try {
      await wait(40)
      yield n
      await wait(n === 1 ? 400 : 40)
      yield n
    } finally {
      closed++
    }
  }).onFailure({ timeoutMs: 50, onError: 'skip' })
  const { result, letters } = await play(count(3), slow, { clock }, 2000)
  expect([result, letters.map(({ kind }) => kind), closed]).toEqual([[0, 0, 1, 2, 2], ['timeout'], 3])
})

test('a circuit spares a term that keeps failing, and tries it again after a while', async () => {
  for (const concurrency of [1, 2]) {
    const clock = new VirtualClock()
    const tried: number[] = []
    let isDown = true
    const service = new Each(concurrency, (n) => {
      tried.push(n)
      if (isDown) throw new Error('down')
      return n
    }).onFailure({ onError: 'skip', circuit: { failures: 2, windowMs: 1000, probeAfterMs: 100 } })
    const slowly = map(async (n: number) => {
      await new Promise<void>((resolve) => void clock.after(30, resolve))
      if (n === 6) isDown = false
      return n
    })
    const { result, letters, summary } = await play(count(12).pipe(slowly), service, { clock }, 2000)
    // items come at 30, 60, 90, …; open at 60, probes at 180 (fails) and 300
    expect(tried).toEqual([0, 1, 5, 9, 10, 11])
    expect(result).toEqual([9, 10, 11])
    expect(letters.map(({ item, kind, attempts }) => [item, kind, attempts])).toEqual([
      [0, 'error', 1],
      [1, 'error', 1],
      [2, 'circuit', 0],
      [3, 'circuit', 0],
      [4, 'circuit', 0],
      [5, 'error', 1],
      [6, 'circuit', 0],
      [7, 'circuit', 0],
      [8, 'circuit', 0],
    ])
    expect(summary.failures).toMatchObject({ total: 9, error: 3, circuit: 6 })
  }
})

test('a fallback that fails ends the run', async () => {
  const broken = {
    fallback: () => {
      throw new Error('neither')
    },
  }
  for (const term of [map(bad), new Each(2, bad)] as const) {
    const r = run(count(3).pipe(term.onFailure(broken)))
    await expect(r.done).rejects.toMatchObject({
      code: 'TERM_FAILED',
      phase: 'fallback',
      item: 1,
      cause: { message: 'neither' },
    })
    expect(isBalanced(r.stats().items)).toBe(true)
  }
  const notIterable = run(count(3).pipe(flatMap((n: number) => [bad(n)]).onFailure({ fallback: 3 as never })))
  await expect(notIterable.done).rejects.toMatchObject({ phase: 'fallback', cause: { code: 'BAD_INPUT' } })
  const failing = flatMap((n: number) => [bad(n)]).onFailure({
    *fallback() {
      yield 1
      throw new Error('half-way')
    },
  })
  await expect(run(count(3).pipe(failing)).done).rejects.toMatchObject({ phase: 'fallback' })
})

test('a promise to fall back on is awaited', async () => {
  for (const term of [map(bad), new Each(2, bad)] as const) {
    const { result } = await play(count(3), term.onFailure({ fallback: async (n) => 10 * n }))
    expect(result).toEqual([0, 10, 2])
  }
})

test('a run that ends in a pause leaves nothing behind', async () => {
  for (const concurrency of [1, 2]) {
    const clock = new VirtualClock()
    const r = run(
      count(3).pipe(new Each(concurrency, bad).onFailure({ retry: { attempts: 1, delayMs: 1e6 } })),
      {
        clock,
      },
    )
    await clock.advance(10)
    expect(clock.pending).toBe(1)
    await r.cancel('enough')
    await expect(r.done).rejects.toMatchObject({ code: 'CANCELLED' })
    expect([clock.pending, isBalanced(r.stats().items)]).toEqual([0, true])
  }
})

test('without a policy the first failure ends the run, and is counted', async () => {
  for (const term of [map(bad), new Each(2, bad)] as const) {
    const r = run(count(9).pipe(term))
    await expect(r.done).rejects.toMatchObject({ code: 'TERM_FAILED', item: 1 })
    const { failures, items: ledger } = r.stats()
    expect(failures).toMatchObject({ total: 1, error: 1, deadLettered: 0 })
    expect(isBalanced(ledger)).toBe(true)
  }
})
