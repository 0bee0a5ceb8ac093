/** Goal: an rxjs operator as a term gives what rxjs alone gives, and is fed only while there is room for its outputs. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, seededSchedule, settle, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import * as r from 'rxjs'
import { expect, test } from 'vitest'
import { fromIterable, take, toArray } from '../index.ts'
import { rx, rxTimed } from './rx.ts'

type Operator = r.OperatorFunction<number, unknown>

const isEven = (n: number) => n % 2 === 0

/** Operators whose answer depends on nothing but their input. */
const OPERATORS: Readonly<Record<string, () => Operator>> = {
  map: () => r.map((n, i) => n * 2 + i),
  filter: () => r.filter(isEven),
  scan: () => r.scan((sum, n) => sum + n, 0),
  reduce: () => r.reduce((sum, n) => sum + n, 0),
  mergeMap: () => r.mergeMap((n) => r.range(0, n % 4)),
  concatMap: () => r.concatMap((n) => r.of(n, -n)),
  switchMap: () => r.switchMap((n) => r.of(n, n + 1)),
  exhaustMap: () => r.exhaustMap((n) => r.of(n)),
  mergeScan: () => r.mergeScan((sum, n) => r.of(sum + n), 0),
  switchScan: () => r.switchScan((sum, n) => r.of(sum + n), 0),
  expand: () => r.expand((n) => (n > 1 ? r.of(Math.floor(n / 2)) : r.EMPTY)),
  bufferCount: () => r.bufferCount(3),
  bufferCountOverlapping: () => r.bufferCount(3, 1),
  pairwise: () => r.pairwise(),
  distinct: () => r.distinct(),
  distinctUntilChanged: () => r.distinctUntilChanged(),
  distinctUntilKeyChanged: () => (source) =>
    source.pipe(
      r.map((n) => ({ k: n % 3 })),
      r.distinctUntilKeyChanged('k'),
    ),
  take: () => r.take(3),
  takeLast: () => r.takeLast(3),
  takeWhile: () => r.takeWhile((n) => n < 7, true),
  skip: () => r.skip(2),
  skipLast: () => r.skipLast(2),
  skipWhile: () => r.skipWhile((n) => n < 3),
  first: () => r.first(null, -1),
  last: () => r.last(null, -1),
  elementAt: () => r.elementAt(1, -1),
  single: () => (source) => source.pipe(r.take(1), r.defaultIfEmpty(9), r.single()),
  find: () => r.find((n) => n > 5),
  findIndex: () => r.findIndex((n) => n > 5),
  every: () => r.every((n) => n < 9),
  isEmpty: () => r.isEmpty(),
  count: () => r.count(isEven),
  max: () => r.max(),
  min: () => r.min(),
  toArray: () => r.toArray(),
  defaultIfEmpty: () => r.defaultIfEmpty(-1),
  startWith: () => r.startWith(-1, -2),
  endWith: () => r.endWith(-1, -2),
  ignoreElements: () => r.ignoreElements(),
  materialize: () => (source) =>
    source.pipe(
      r.materialize(),
      r.map(({ kind }) => kind),
    ),
  dematerialize: () => (source) => source.pipe(r.materialize(), r.dematerialize()),
  groupBy: () => (source) =>
    source.pipe(
      r.groupBy((n) => n % 3),
      r.mergeMap((group) =>
        group.pipe(
          r.toArray(),
          r.map((items) => [group.key, items]),
        ),
      ),
    ),
  windowCount: () => (source) =>
    source.pipe(
      r.windowCount(2),
      r.mergeMap((w) => w.pipe(r.toArray())),
    ),
  concatWith: () => r.concatWith(r.of(100, 101)),
  mergeWith: () => r.mergeWith(r.of(100, 101)),
  raceWith: () => r.raceWith(r.NEVER),
  zipWith: () => r.zipWith(r.range(0, 4)),
  combineLatestWith: () => r.combineLatestWith(r.of(1, 2)),
  withLatestFrom: () => r.withLatestFrom(r.of(7)),
  catchError: () => (source) =>
    source.pipe(
      r.map((n) => {
        if (n === 8) throw new Error('eight')
        return n
      }),
      r.catchError(() => r.of('caught')),
    ),
  throwIfEmpty: () => (source) => source.pipe(r.startWith(0), r.throwIfEmpty()),
  tap: () => r.tap(() => undefined),
  finalize: () => r.finalize(() => undefined),
  sequenceOfTwo: () => r.pipe(r.filter(isEven), r.map(String)),
  share: () => r.share(),
  observeOnAsap: () => r.observeOn(r.asapScheduler),
  delayOfNothing: () => r.delayWhen(() => r.of(0)),
  auditNow: () => r.audit(() => r.of(0)),
  debounceNow: () => r.debounce(() => r.of(0)),
  throttleNow: () => r.throttle(() => r.of(0)),
  connect: () => r.connect((shared) => shared.pipe(r.map((n) => n + 1))),
  concatAll: () => (source) =>
    source.pipe(
      r.map((n) => r.of(n, n)),
      r.concatAll(),
    ),
  mergeAllAsync: () => (source) =>
    source.pipe(
      r.map((n) => r.from(Promise.resolve(n))),
      r.concatAll(),
    ),
  exhaustAll: () => (source) =>
    source.pipe(
      r.map((n) => r.of(n)),
      r.exhaustAll(),
    ),
  switchAll: () => (source) =>
    source.pipe(
      r.map((n) => r.of(n)),
      r.switchAll(),
    ),
}

/** Operators that take several sources: which comes first depends on whether the source waits to be asked. */
const HOT = new Set(['mergeWith', 'combineLatestWith'])

/** The items one by one after the subscription, as a term gets them. */
function hot(items: readonly number[]): r.Observable<number> {
  return new r.Observable((subscriber) => {
    queueMicrotask(() => {
      for (const item of items) subscriber.next(item)
      subscriber.complete()
    })
  })
}

test('the list above is worth its name', () => {
  expect(Object.keys(OPERATORS).length).toBeGreaterThanOrEqual(40)
})

for (const [name, operator] of Object.entries(OPERATORS)) {
  test(`${name} gives what rxjs alone gives`, async () => {
    const options = fc.record({
      batchItems: fc.constantFrom(1, 2, 64),
      capacityItems: fc.constantFrom(1, 2, 64),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 9 })),
        options,
        async (items, { batchItems, capacityItems, seed }) => {
          const source = HOT.has(name) ? hot(items) : r.from(items)
          const expected = await r.lastValueFrom(source.pipe(operator(), r.toArray()))
          const got = await toArray(fromIterable(items).pipe(rx(operator())), {
            batchItems,
            edges: { capacityItems },
            pick: seededSchedule(seed),
          })
          expect(got).toEqual(expected.filter((item) => item !== undefined))
        },
      ),
      { numRuns: 15 },
    )
  })
}

/** Timed operators, on a scheduler; times are odd, so that no two things happen at one time. */
const TIMED: Readonly<Record<string, (scheduler: r.SchedulerLike) => Operator>> = {
  debounceTime: (s) => r.debounceTime(25, s),
  throttleTime: (s) => r.throttleTime(25, s),
  auditTime: (s) => r.auditTime(25, s),
  sampleTime: (s) => r.sampleTime(25, s),
  bufferTime: (s) => r.bufferTime(25, s),
  delay: (s) => r.delay(25, s),
  timeInterval: (s) => (source) =>
    source.pipe(
      r.timeInterval(s),
      r.map(({ value, interval }) => [value, interval]),
    ),
  timestamp: (s) => (source) =>
    source.pipe(
      r.timestamp(s),
      r.map(({ value, timestamp }) => [value, timestamp]),
    ),
}

for (const [name, make] of Object.entries(TIMED)) {
  test(`${name} gives what rxjs alone gives, in virtual time`, async () => {
    const gaps = [11, 9, 41, 12, 29, 11, 13, 8, 61, 2]
    const virtual = new r.VirtualTimeScheduler()
    const expected: unknown[] = []
    r.concat(...gaps.map((gap, i) => r.of(i).pipe(r.delay(gap, virtual))))
      .pipe(make(virtual))
      .subscribe((item) => expected.push(item))
    virtual.flush()

    const clock = new VirtualClock()
    const probe = new SourceProbe<number>()
    const got = toArray(probe.pipe(rxTimed(make)), { clock })
    await settle()
    for (const [i, gap] of gaps.entries()) {
      await clock.advance(gap)
      probe.send(i)
      await settle()
    }
    probe.end()
    await clock.advance(1000)
    expect(await got).toEqual(expected)
    expect(clock.pending).toBe(0)
  })
}

test('is fed one item at a time, and only while there is room for what it gave', async () => {
  let fed = 0
  const sink = new SinkProbe<number>()
  const running = run(
    fromIterable(Array.from({ length: 100 }, (_, i) => i)).pipe(
      rx(
        r.mergeMap((n) => {
          fed++
          return r.of(n, n)
        }),
      ),
      sink,
    ),
    { edges: { capacityItems: 1 }, batchItems: 1 },
  )
  expect([await sink.next(), await sink.next()]).toEqual([0, 0])
  await settle()
  expect(fed).toBeLessThan(6)
  sink.request()
  await running.done
  expect([fed, sink.received.length]).toEqual([100, 200])
})

test('what an operator gives at once is bounded', async () => {
  const flood = fromIterable([1]).pipe(
    rx(
      r.mergeMap(() => r.range(0, 1000)),
      { capacity: 999 },
    ),
  )
  await expect(toArray(flood)).rejects.toMatchObject({ term: 'rx', cause: { code: 'BAD_INPUT' } })
  const fits = fromIterable([1]).pipe(
    rx(
      r.mergeMap(() => r.range(0, 1000)),
      { capacity: 1000 },
    ),
  )
  expect((await toArray(fits)).length).toBe(1000)
})

test('an error of the operator is the cause', async () => {
  const cause = new Error('no')
  const failing = fromIterable([1, 2, 3]).pipe(
    rx(r.concatMap((n) => (n === 3 ? r.throwError(() => cause) : r.of(n)))),
  )
  await expect(toArray(failing)).rejects.toMatchObject({ term: 'rx', cause })
})

test('an operator that completes lets an endless source go', async () => {
  function* naturals() {
    for (let n = 0; ; n++) yield n
  }
  expect(await toArray(fromIterable(naturals).pipe(rx(r.take(3))))).toEqual([0, 1, 2])
})

test('each run has an operator of its own; the same term may run twice', async () => {
  const graph = fromIterable([1, 1, 2]).pipe(rx(r.distinct()))
  expect(await Promise.all([toArray(graph), toArray(graph)])).toEqual([
    [1, 2],
    [1, 2],
  ])
})

test('is unsubscribed from on cancel, on failure elsewhere, and when nobody needs more', async () => {
  let open = 0
  const endless: r.OperatorFunction<number, number> = (source) =>
    new r.Observable((subscriber) => {
      open++
      source.subscribe((n) => subscriber.next(n)) // and never completes
      return () => void open--
    })
  const clock = new VirtualClock()
  const cancelled = run(fromIterable([1]).pipe(rx(endless)), { clock })
  await settle()
  expect(open).toBe(1)
  await cancelled.cancel()
  await expect(cancelled.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await settle()
  expect(open).toBe(0)

  expect(await toArray(fromIterable([1, 2]).pipe(rx(endless), take(1)))).toEqual([1])
  await settle()
  expect(open).toBe(0)

  const timed = rxTimed<number, number>((s) => r.delay(1000, s))
  const sleeping = run(fromIterable([1]).pipe(timed), { clock })
  await settle()
  expect(clock.pending).toBe(1)
  await sleeping.cancel()
  await settle()
  expect(clock.pending).toBe(0)
})

test('refuses what is no operator', async () => {
  expect(() => rx(3 as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => rx(r.take(1), { capacity: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  await expect(toArray(fromIterable([1]).pipe(rx((() => 3) as never)))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  await expect(toArray(fromIterable([1]).pipe(rxTimed((() => 3) as never)))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
  expect(rx(r.take(1)).isLocal).toBe(true)
})
