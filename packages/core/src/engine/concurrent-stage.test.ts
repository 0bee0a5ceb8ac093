// Concurrent calls: as many under way as allowed and no more, results in input order unless asked otherwise.

import { expect, test } from 'vitest'
import type { Context } from '../contracts.ts'
import { run } from '../run/run.ts'
import { FunctionTerm } from '../term/function-term.ts'
import { settled } from '../test/deadline.ts'
import { Collect, count } from '../test/terms.ts'
import { checkLedger } from '../testing/ledger.ts'
import { SinkProbe } from '../testing/sink-probe.ts'
import { settle, VirtualClock } from '../testing/virtual-clock.ts'

/** Later items are done earlier. */
class Sleeper extends FunctionTerm<number, number> {
  override readonly concurrency: number
  override readonly ordered: boolean
  underWay = 0
  most = 0

  constructor(concurrency: number, ordered = true) {
    super()
    this.concurrency = concurrency
    this.ordered = ordered
  }

  override async f(n: number, ctx: Context<unknown, number>) {
    this.most = Math.max(this.most, ++this.underWay)
    await ctx.sleep(100 - n)
    this.underWay--
    return n % 5 === 0 ? undefined : n
  }
}

async function play(term: Sleeper): Promise<readonly number[]> {
  const [clock, sink] = [new VirtualClock(), new Collect<number>()]
  const r = run(count(10).pipe(term, sink), { clock })
  for (let i = 0; i < 12; i++) await clock.advance(100)
  const summary = await settled(r)
  checkLedger(summary)
  expect(clock.pending).toBe(0)
  return summary.result(sink)
}

test('ordered', async () => {
  const term = new Sleeper(4)
  expect(await play(term)).toEqual([1, 2, 3, 4, 6, 7, 8, 9])
  expect(term.most).toBe(4)
})

test('unordered: as they come', async () => {
  const term = new Sleeper(10, false)
  expect(await play(term)).toEqual([9, 8, 7, 6, 4, 3, 2, 1])
  expect(term.most).toBe(10)
})

test('no call is begun without room for its result', async () => {
  const sink = new SinkProbe<number>()
  let calls = 0
  class Counting extends FunctionTerm<number, number> {
    override readonly concurrency = 16
    async f(n: number) {
      calls++
      return n
    }
  }
  const r = run(count(100).pipe(new Counting(), sink.edge({ capacityItems: 3 })))
  await settle()
  expect(calls).toBeLessThanOrEqual(4)
  sink.request()
  await settled(r)
  expect(sink.received).toHaveLength(100)
})

/** Each call waits until it is let go. */
class Gated extends FunctionTerm<number, number> {
  override readonly concurrency = 3
  override readonly ordered: boolean
  /** Items of the calls that were begun, in their order. */
  readonly begun: number[] = []
  readonly #gates = new Map<number, () => void>()

  constructor(ordered: boolean) {
    super()
    this.ordered = ordered
  }

  override f(n: number) {
    this.begun.push(n)
    return new Promise<number>((resolve) => this.#gates.set(n, () => resolve(n)))
  }

  letGo(n: number): void {
    this.#gates.get(n)?.()
  }
}

test('results that wait for an earlier one take no place from calls; as many wait as the output has room for', async () => {
  const [term, sink] = [new Gated(true), new Collect<number>()]
  const r = run(count(10).pipe(term, sink.edge({ capacityItems: 6 })))
  await settle()
  expect(term.begun).toEqual([0, 1, 2])
  for (let n = 1; n < 10; n++) {
    term.letGo(n)
    await settle()
  }
  // 0 is under way, and five wait for it
  expect(term.begun).toEqual([0, 1, 2, 3, 4, 5])
  term.letGo(0)
  await settle()
  for (let n = 6; n < 10; n++) {
    term.letGo(n)
    await settle()
  }
  expect((await settled(r)).result(sink)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test.each([true, false])(
  'a call that settles makes room for the next one at once (ordered: %s)',
  async (ordered) => {
    const [term, sink] = [new Gated(ordered), new Collect<number>()]
    const r = run(count(5).pipe(term, sink))
    await settle()
    term.letGo(1)
    for (let jobs = 0; jobs < 3; jobs++) await undefined
    expect(term.begun).toEqual([0, 1, 2, 3])
    r.pause()
    term.letGo(2)
    await settle()
    expect(term.begun).toEqual([0, 1, 2, 3])
    r.resume()
    await settle()
    expect(term.begun).toEqual([0, 1, 2, 3, 4])
    for (let n = 0; n < 5; n++) term.letGo(n)
    expect((await settled(r)).result(sink)).toHaveLength(5)
  },
)

test('calls that settle before they return are made one after the other, each item once', async () => {
  class Throwing extends FunctionTerm<number, number> {
    override readonly concurrency = 3
    override f(n: number): Promise<number> {
      if (n % 2 === 0) throw new Error('even')
      return Promise.resolve(n)
    }
  }
  const sink = new Collect<number>()
  const summary = await settled(run(count(20).pipe(new Throwing().onFailure({ onError: 'skip' }), sink)))
  expect(summary.result(sink)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
  expect(summary.items.deadLettered).toBe(10)
  checkLedger(summary)
})

test('what a call emits comes with its result, in order', async () => {
  class Emitting extends FunctionTerm<number, string> {
    override readonly concurrency = 3
    async f(n: number, ctx: Context<unknown, string>) {
      ctx.emit(`${n}a`)
      if (n % 2 === 0) await Promise.resolve()
      ctx.emit(`${n}b`)
      return `${n}c`
    }
  }
  const sink = new Collect<string>()
  const summary = await settled(run(count(3).pipe(new Emitting(), sink)))
  expect(summary.result(sink)).toEqual(['0a', '0b', '0c', '1a', '1b', '1c', '2a', '2b', '2c'])
  checkLedger(summary)
})

test('a failing call ends the run with its item', async () => {
  class Failing extends FunctionTerm<number, number> {
    override readonly concurrency = 3
    async f(n: number) {
      if (n === 4) throw new Error('four')
      return n
    }
  }
  await expect(run(count(10).pipe(new Failing(), new Collect())).done).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'Failing',
    phase: 'item',
    item: 4,
  })
})

test('a term with several ports routes its results', async () => {
  class Split extends FunctionTerm<number, any> {
    override readonly concurrency = 2
    override readonly outputs = ['low', 'high']
    async f(n: number) {
      return n < 2 ? { low: n } : { low: n, high: n }
    }
  }
  const sink = new Collect()
  const split: any = new Split()
  const summary = await settled(run(count(4).pipe(split.pipe(sink)) as any))
  expect(summary.result(sink)).toEqual([
    { low: 0, high: 2 },
    { low: 1, high: 3 },
  ])
  expect(summary.items.unmatched).toBe(2)
  checkLedger(summary)
})
