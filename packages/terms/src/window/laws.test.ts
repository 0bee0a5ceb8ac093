/**
 * Goal: what holds for every windowed, keyed and event-time term: it takes an empty stream, passes on a failure, lets go
 * when cancelled, keeps its whole state in one value that can be copied between any two items, and changes no item.
 */

import { type Context, type Kernel, type KernelTerm, parallel, run, type Term } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import {
  aggregate,
  aggregates,
  asOfJoin,
  collectOf,
  countOf,
  countWindow,
  deduplicate,
  distinctOf,
  enrich,
  fromIterable,
  intervalJoin,
  keyedAggregate,
  keyedReduce,
  keyedScan,
  map,
  maxOf,
  meanOf,
  mergeByTime,
  quantilesOf,
  runningAggregate,
  sessionise,
  sessionWindow,
  slidingWindow,
  sortByTime,
  stdOf,
  sumOf,
  toArray,
  topOf,
  tumblingWindow,
  windowJoin,
} from '../index.ts'
import { type Reading, randomReadings } from './reference.case.ts'

const time = (r: Reading): number => r.at
const key = (r: Reading): string => r.key
const value = (r: Reading): number => r.value
const time2 = { left: time, right: time }
const key2 = { left: key, right: key }
const shared = { time, key, outOfOrderMs: 20, late: 'drop' as const }
const everything = aggregates({
  items: collectOf<Reading>(),
  mean: meanOf(value),
  std: stdOf(value),
  sum: sumOf(value),
  quantiles: quantilesOf(value, [0.5]),
  distinct: distinctOf(value),
  top: topOf(value, 2, { counters: 3 }),
})

/** Terms of one input, and what they give for no items. */
const single: Readonly<Record<string, [() => KernelTerm<Reading, unknown, any>, unknown[]]>> = {
  tumblingWindow: [() => tumblingWindow({ sizeMs: 10, ...shared, aggregate: everything }), []],
  slidingWindow: [() => slidingWindow({ sizeMs: 20, slideMs: 6, ...shared, allowedLatenessMs: 9 }), []],
  sessionWindow: [
    () => sessionWindow({ gapMs: 5, ...shared, allowedLatenessMs: 9, aggregate: everything }),
    [],
  ],
  sessionise: [() => sessionise({ gapMs: 5, ...shared }), []],
  countWindow: [() => countWindow({ size: 5, slide: 2, key, aggregate: everything }), []],
  sortByTime: [() => sortByTime({ time, outOfOrderMs: 20, late: 'drop' }), []],
  keyedScan: [() => keyedScan(key, (sum: number, r) => sum + r.value, 0, { idleMs: 9, time }), []],
  keyedReduce: [() => keyedReduce(key, (sum: number, r) => sum + r.value, 0, { idleMs: 9, time }), []],
  keyedAggregate: [() => keyedAggregate(key, everything, { maxKeys: 2, whenFull: 'forgetOldest' }), []],
  deduplicate: [() => deduplicate(value, { maxKeys: 5 }), []],
  runningAggregate: [() => runningAggregate(maxOf(value)), []],
  aggregate: [() => aggregate(countOf()), [0]],
}

type Joined = Term<{ left: Reading; right: Reading }, unknown>

/** Terms of two inputs. */
const double: Readonly<Record<string, () => Joined>> = {
  intervalJoin: () => intervalJoin({ time: time2, key: key2, fromMs: -3, toMs: 3, late: 'drop' }),
  windowJoin: () => windowJoin({ time: time2, key: key2, sizeMs: 9, late: 'drop' }),
  asOfJoin: () => asOfJoin({ time: time2, key: key2 }),
  mergeByTime: () => mergeByTime(time) as unknown as Joined,
}

/** Freezes an item, so that a change of it throws. */
const frozen = randomReadings(new Random(77), 200).map((item) => Object.freeze(item))

for (const [name, [make, ofNothing]] of Object.entries(single)) {
  test(`${name}: the empty stream, and items that cannot be changed`, async () => {
    expect(await toArray(fromIterable<Reading>([]).pipe(make()))).toEqual(ofNothing)
    expect((await toArray(fromIterable(frozen).pipe(make()))).length).toBeGreaterThan(0)
  })

  test(`${name}: the state can be copied between any two items`, async () => {
    const term = make()
    const { f } = term.kernel() as Extract<Kernel, { kind: 'apply' | 'expand' | 'fold' }>
    const { kind } = term.kernel()
    const given: unknown[] = []
    const ctx = {
      state: structuredClone(term.initialState?.()),
      clock: { now: () => 0, monotonic: () => 0 },
      emit: (item) => void given.push(item),
    } as Context<unknown>
    for (const item of frozen) {
      if (kind === 'fold') ctx.state = (f as any)(ctx.state, item)
      else {
        const out = (f as any)(item, ctx)
        if (kind === 'expand') given.push(...out)
        else if (out !== undefined) given.push(out)
      }
      ctx.state = structuredClone(ctx.state)
    }
    given.push(...((term.end?.(ctx) ?? []) as Iterable<unknown>))
    expect(given).toEqual(await toArray(fromIterable(frozen).pipe(make())))
  })

  test(`${name}: a failing input fails the run, a cancelled run lets the source go`, async () => {
    const failing = new SourceProbe<Reading>()
    const failed = run(failing.pipe(make(), new SinkProbe<unknown>().request()))
    failing.send(...frozen.slice(0, 9)).fail(new Error('no more'))
    await expect(failed.done).rejects.toMatchObject({ code: 'TERM_FAILED', phase: 'generate' })

    const source = new SourceProbe<Reading>()
    const cancelled = run(source.pipe(make(), new SinkProbe<unknown>()))
    source.send(...frozen.slice(0, 50))
    await settle()
    const rejects = expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
    await cancelled.cancel('enough')
    await rejects
    expect(source.closed).toBe(true)
  })
}

for (const [name, make] of Object.entries(double)) {
  test(`${name}: empty inputs, one empty input, a failing one, and a cancel`, async () => {
    const none = () => fromIterable<Reading>([])
    const sorted = fromIterable(frozen.toSorted((a, b) => a.at - b.at))
    expect(await toArray(parallel({ left: none(), right: none() }).pipe(make()))).toEqual([])
    const alone = await toArray(parallel({ left: none(), right: sorted }).pipe(make()))
    expect(alone).toHaveLength(name === 'mergeByTime' ? frozen.length : 0)
    const both = parallel({ left: sorted.pipe(map((r) => r)), right: sorted }).pipe(make())
    expect((await toArray(both)).length).toBeGreaterThanOrEqual(frozen.length)

    const left = new SourceProbe<Reading>('left')
    const failed = run(parallel({ left, right: sorted }).pipe(make(), new SinkProbe<unknown>().request()))
    left.fail(new Error('no more'))
    await expect(failed.done).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'left' })

    const idle = new SourceProbe<Reading>('idle')
    const cancelled = run(parallel({ left: idle, right: sorted }).pipe(make(), new SinkProbe<unknown>()))
    await settle()
    const rejects = expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
    await cancelled.cancel('enough')
    await rejects
    expect(idle.closed).toBe(true)
  })
}

test('enrich: empty inputs', async () => {
  const both = parallel({ items: fromIterable<Reading>([]), table: fromIterable<Reading>([]) })
  expect(await toArray(both.pipe(enrich({ key: { items: key, table: key } })))).toEqual([])
})
