/** Goal: items that fail take their terms' policies on workers as on the caller's thread: the same letters, each once. */

import { type DeadLetter, kernelTerm, moduleTerm, type RunOptions, run } from '@millrace/core'
import { checkLedger } from '@millrace/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import poison, { type PoisonParams } from '../test/fixtures/poison.ts'
import slow, { setWallClock } from '../test/fixtures/slow.ts'
import type { SchedulerOptions } from './options.ts'
import { placementFor } from './placement-for.ts'

const ITEMS = 3000
const DAY_MS = 86_400_000

const STRATEGIES: readonly SchedulerOptions[] = [
  { strategy: 'inline' },
  { strategy: 'dedicated' },
  { strategy: 'dedicated', workers: 2 },
  { strategy: 'pool', workers: 2 },
  { strategy: 'pool', workers: 2, stateful: 'workers' },
  { strategy: 'pool', workers: 1, isolation: 'process', stateful: 'workers' },
  { strategy: 'work-stealing', workers: 3, stateful: 'workers' },
  { strategy: 'hybrid', workers: 2 },
]

/** Those that differ in how letters come. */
const HELD = STRATEGIES.filter(({ workers, stateful }) => workers === 2 && stateful === undefined)

function start(params: PoisonParams, scheduler: SchedulerOptions, more: RunOptions = {}) {
  const placement = placementFor({ ...scheduler, fallback: 'share' })
  return run(poison(params), { batchItems: 64, ...more, ...(placement === undefined ? {} : { placement }) })
}

function expected() {
  const letters: [string, number][] = []
  const [items, totals]: [number[], number[]] = [[], []]
  let sum = 0
  for (let n = 0; n < ITEMS; n++) {
    if (n % 97 === 0) {
      letters.push(['scale', n])
      continue
    }
    const patched = n % 7 === 0 ? -n : n
    if (n % 53 === 0) letters.push(['twice', n])
    items.push(...(n % 53 === 0 ? [patched] : [patched, patched]))
    if (n % 41 === 0) letters.push(['total', n])
    else {
      sum += n
      totals.push(sum)
    }
  }
  return { letters: sorted(letters), items, totals }
}

const sorted = (letters: readonly [string, number][]): string[] =>
  letters.map((letter) => letter.join(' ')).sort()

describe.each(STRATEGIES)('%j', (scheduler) => {
  test('exactly the bad items are set aside, with their errors; all else is as it should be', async () => {
    const r = start({ items: ITEMS }, scheduler)
    const letters: DeadLetter[] = []
    for await (const letter of r.deadLetters()) letters.push(letter)
    const summary = await r.done
    checkLedger(summary)
    const { items, totals, letters: wanted } = expected()
    expect(summary.results['items']).toEqual(items)
    expect(summary.results['totals']).toEqual(totals)
    expect(sorted(letters.map(({ term, item }) => [term, item as number]))).toEqual(wanted)
    for (const { term, attempts, kind, error } of letters) {
      const seen = error as Error & { code: string }
      expect([attempts, kind, seen.code, seen.message.slice(0, 6)], term).toEqual([
        1,
        'error',
        'E_POISON',
        'poison',
      ])
      expect(seen.cause).toBeInstanceOf(RangeError)
    }
    const { total, retries, fallbacks, deadLettered, byTerm } = summary.failures
    expect(deadLettered).toBe(letters.length)
    expect(summary.items.deadLettered).toBe(letters.length)
    const inPatched = items.filter((n) => n % 7 === 0).length
    expect([fallbacks, total]).toEqual([inPatched, letters.length + inPatched])
    expect(byTerm['scale']).toMatchObject({
      error: Math.ceil(ITEMS / 97),
      deadLettered: Math.ceil(ITEMS / 97),
    })
    const flaky = Array.from({ length: ITEMS }, (_, n) => n).filter((n) => n % 31 === 0 && n % 97 !== 0)
    expect(retries).toBe(2 * flaky.length)
  })

  test('a run that stops on failure is drained, and says how far it came', async () => {
    const summary = await start({ items: 1_000_000, onError: 'none' }, scheduler, { onError: 'stop' }).done
    checkLedger(summary)
    expect(summary).toMatchObject({ outcome: 'failed', error: { code: 'TERM_FAILED', term: 'scale' } })
    expect(summary.failures.byTerm['scale']?.deadLettered).toBeGreaterThanOrEqual(1)
    expect(summary.items.in).toBeLessThan(1_000_000)
    expect(summary.completeness).toMatchObject({ isComplete: false, givenUp: summary.items.deadLettered })
  })

  test('the policy fail ends the run, as no policy does', async () => {
    for (const onError of ['fail', 'none'] as const) {
      const r = start({ items: ITEMS, onError }, scheduler)
      await expect(r.done).rejects.toMatchObject({
        code: 'TERM_FAILED',
        term: 'scale',
        cause: { code: 'E_POISON' },
      })
      // batches side by side may each have failed
      expect(r.stats().failures.byTerm['scale']).toMatchObject({ deadLettered: 0 })
      expect(r.stats().failures.byTerm['scale']?.error).toBeGreaterThanOrEqual(1)
    }
  })
})

test.each(HELD)('a slow reader of letters holds back what fails: %j', async (scheduler) => {
  const r = start({ items: 3000, onError: 'every' }, scheduler)
  const letters = r.deadLetters()
  // each letter is told as it comes; without any bound they would keep coming
  let told = 0
  r.on('deadLetter', () => told++)
  await settledAt(() => told)
  const held = told
  expect(held).toBeGreaterThanOrEqual(1024)
  expect(held).toBeLessThan(2500)
  let read = 0
  for await (const _ of letters) read++
  expect(read).toBe(3000)
  checkLedger(await r.done)
})

/** Waits until a count has not changed for many turns of the event loop, in which workers had time to go on. */
async function settledAt(count: () => number): Promise<void> {
  let last = -1
  for (let same = 0; same < 300; same++) {
    if (count() !== last || last < 1024) same = 0
    last = count()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe.each(STRATEGIES)('time limits: %j', (scheduler) => {
  const begin = (computes: boolean, jumpMs = 0) => {
    const placement = placementFor({ ...scheduler, fallback: 'share' })
    return run(slow({ computes, jumpMs }), placement === undefined ? {} : { placement })
  }
  afterEach(() => setWallClock(0))

  test.each([0, -DAY_MS, DAY_MS])(
    'a call that never ends is given up, and nothing else, if the wall clock is set by %d ms',
    async (jumpMs) => {
      const r = begin(false, jumpMs)
      const letters: unknown[] = []
      r.on('deadLetter', ({ term, item, kind, error }) => {
        letters.push([term, item, kind, (error as { code: string }).code])
      })
      const summary = await r.done
      checkLedger(summary)
      expect(summary.results['keep']).toEqual([1, 2, 3, 4, 6, 7, 8, 9])
      expect(letters).toEqual([['answer', 5, 'timeout', 'CALL_TIMEOUT']])
      expect(summary.failures).toMatchObject({ total: 1, timeout: 1 })
    },
  )

  test('a limit on a function that just computes is refused where nothing could end it', async () => {
    if (scheduler.strategy === 'inline') {
      expect(() => begin(true)).toThrow(expect.objectContaining({ code: 'TIMEOUT_UNENFORCEABLE' }))
      return
    }
    const { results } = await begin(true).done
    expect(results['keep']).toEqual([1, 5, 14, 30, 66, 115, 179, 260])
  })
})

test.each(STRATEGIES.slice(1))('a policy set on a module term goes along: %j', async (scheduler) => {
  const numbers = kernelTerm<never, number>('numbers', { kind: 'source', self: {}, f: () => [1, 2, 3, 4] })
  const picky = moduleTerm<number, number>(new URL('../test/fixtures/picky.mjs', import.meta.url))
  const keep = kernelTerm<number, never, number[]>(
    'keep',
    { kind: 'sink', self: {}, f: (n: number, ctx: { state: number[] }) => void ctx.state.push(n) },
    { initialState: () => [], result: (ctx: { state: number[] }) => ctx.state } as object,
  )
  const placement = placementFor({ ...scheduler, fallback: 'share' })
  const r = run(numbers.local().pipe(picky.onFailure({ retry: 1, onError: 'skip' }), keep), {
    ...(placement === undefined ? {} : { placement }),
  })
  const { results, failures } = await r.done
  expect(results['keep']).toEqual([2, 4])
  expect(failures.byTerm['picky']).toMatchObject({ error: 2, retries: 2, deadLettered: 2 })
})
