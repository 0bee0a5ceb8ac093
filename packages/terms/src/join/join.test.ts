/** Goal: joins equal nested loops over the whole arrays, in one order under every run option; late items included. */

import { parallel, run, type Term } from '@millrace/core'
import { checkLedger, Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import {
  asOfJoin,
  collect,
  filter,
  fromIterable,
  intervalJoin,
  type JoinKind,
  map,
  toArray,
  windowJoin,
} from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

interface Item {
  readonly id: number
  readonly key: string
  readonly at: number
}

const time = { left: ({ at }: Item) => at, right: ({ at }: Item) => at }
const key = { left: (item: Item) => item.key, right: (item: Item) => item.key }
const KINDS: readonly JoinKind[] = ['inner', 'left', 'right', 'full']

function randomItems(random: Random, behindMs: number): Item[] {
  let now = random.below(20) - 10
  return Array.from({ length: random.below(50) }, (_, id) => {
    now += random.below(random.below(6) === 0 ? 40 : 5)
    return { id, key: random.pick(['a', 'b', 'c']), at: now - random.below(behindMs + 1) }
  })
}

/** The items of an input in the order in which it is read, with the watermark that each meets. */
function readOrder(left: readonly Item[], right: readonly Item[], outOfOrderMs: number) {
  const steps = [left, right].flatMap((items, side) => {
    let latest = Number.NEGATIVE_INFINITY
    return items.map((item) => {
      latest = Math.max(latest, item.at)
      return { side, item, latest }
    })
  })
  // sorting is stable: left before right, each in its own order
  return steps
    .sort((a, b) => a.latest - b.latest)
    .map((step) => ({ ...step, watermark: step.latest - outOfOrderMs }))
}

/** Rows as text, for comparing without regard to order. */
function texts(rows: readonly { left?: Item; right?: Item; start?: number }[]): string[] {
  return rows.map(({ left, right, start }) => `${left?.id} ${right?.id} ${start}`).sort()
}

function outer(
  kind: JoinKind,
  left: readonly Item[],
  right: readonly Item[],
  isMatch: (l: Item, r: Item) => boolean,
  startOf: (item: Item) => number | undefined,
): { left?: Item; right?: Item; start?: number | undefined }[] {
  const pairs = left.flatMap((l) =>
    right.filter((r) => isMatch(l, r)).map((r) => ({ left: l, right: r, start: startOf(l) })),
  )
  const lonelyLeft = left.filter((l) => !right.some((r) => isMatch(l, r)))
  const lonelyRight = right.filter((r) => !left.some((l) => isMatch(l, r)))
  return [
    ...pairs,
    ...(kind === 'left' || kind === 'full' ? lonelyLeft.map((l) => ({ left: l, start: startOf(l) })) : []),
    ...(kind === 'right' || kind === 'full' ? lonelyRight.map((r) => ({ right: r, start: startOf(r) })) : []),
  ]
}

test('an interval join equals nested loops', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed)
    const outOfOrderMs = random.below(15)
    const [left, right] = [randomItems(random, outOfOrderMs), randomItems(random, outOfOrderMs)]
    const fromMs = random.below(30) - 20
    const toMs = fromMs + random.below(30)
    const kind = random.pick(KINDS)
    const joined = parallel({ left: fromIterable(left), right: fromIterable(right) }).pipe(
      intervalJoin({ time, key, fromMs, toMs, outOfOrderMs, kind }),
    )
    const rows = await toArray(joined, randomOptions(random))
    const isMatch = (l: Item, r: Item) => l.key === r.key && r.at - l.at >= fromMs && r.at - l.at <= toMs
    expect(texts(rows)).toEqual(texts(outer(kind, left, right, isMatch, () => undefined) as never))
    expect(await toArray(joined, randomOptions(random))).toEqual(rows)
  }
})

test('a window join equals nested loops per window, late items left out', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed)
    const outOfOrderMs = random.below(15)
    const [left, right] = [randomItems(random, 30), randomItems(random, 30)]
    const sizeMs = 1 + random.below(30)
    const kind = random.pick(KINDS)
    const joined = parallel({ left: fromIterable(left), right: fromIterable(right) }).pipe(
      windowJoin({ time, key, sizeMs, outOfOrderMs, kind, late: 'drop' }),
    )
    const rows = await toArray(joined, randomOptions(random))
    const startOf = ({ at }: Item) => Math.floor(at / sizeMs) * sizeMs
    const onTime = readOrder(left, right, outOfOrderMs).filter(
      ({ item, watermark }) => startOf(item) + sizeMs > watermark,
    )
    const [l = [], r = []] = [0, 1].map((side) =>
      onTime.filter((step) => step.side === side).map(({ item }) => item),
    )
    const isMatch = (a: Item, b: Item) => a.key === b.key && startOf(a) === startOf(b)
    expect(texts(rows as never)).toEqual(texts(outer(kind, l, r, isMatch, startOf) as never))
    expect(rows.map(({ start }) => start)).toEqual(rows.map(({ start }) => start).toSorted((a, b) => a - b))
    expect(await toArray(joined, randomOptions(random))).toEqual(rows)
  }
})

test('items without a partner that the kind does not give are unmatched, the others are not', async () => {
  const at = (...times: readonly number[]) =>
    fromIterable(times.map((time, id): Item => ({ id, key: 'a', at: time })))
  // at 1 and 61 both sides have an item, the others are alone: two on the left, three on the right
  const both = () => parallel({ left: at(1, 20, 40, 61), right: at(1, 11, 31, 51, 61) })
  const lost = async (joined: Term<never, unknown>) => {
    const summary = await run(joined.pipe(collect())).done
    checkLedger(summary)
    return [summary.items.in, summary.items.unmatched, summary.nodes.find(({ unmatched }) => unmatched)?.id]
  }
  for (const [kind, unmatched] of [
    ['inner', 5],
    ['left', 3],
    ['right', 2],
    ['full', 0],
  ] as const) {
    const from = (id: string) => (unmatched === 0 ? undefined : id)
    expect(await lost(both().pipe(intervalJoin({ time, key, toMs: 2, kind })))).toEqual([
      9,
      unmatched,
      from('intervalJoin'),
    ])
    expect(await lost(both().pipe(windowJoin({ time, key, sizeMs: 10, kind })))).toEqual([
      9,
      unmatched,
      from('windowJoin'),
    ])
  }
  const late = () => parallel({ left: at(1, 20, 40), right: at(11, 31) })
  expect(await lost(late().pipe(asOfJoin({ time, key, toleranceMs: 9 })))).toEqual([5, 1, 'asOfJoin'])
  expect(await lost(late().pipe(asOfJoin({ time, key, toleranceMs: 5 })))).toEqual([5, 3, 'asOfJoin'])
  expect(await lost(late().pipe(asOfJoin({ time, key, kind: 'left' })))).toEqual([5, 0, undefined])
})

test('late items of an interval join are dropped or fail the run', async () => {
  const left = [
    { id: 0, key: 'a', at: 50 },
    { id: 1, key: 'a', at: 10 },
  ]
  const right = [{ id: 2, key: 'a', at: 12 }]
  const joined = (late: 'fail' | 'drop') =>
    parallel({ left: fromIterable(left), right: fromIterable(right) }).pipe(
      intervalJoin({ time, key, toMs: 5, late, kind: 'full' }),
    )
  expect(texts(await toArray(joined('drop')))).toEqual(['0 undefined undefined', 'undefined 2 undefined'])
  await expect(toArray(joined('fail'))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('intervalJoin, left') },
  })
})

test('memory is bounded: what can match no more goes, and a bound that is reached is an error', async () => {
  const items = Array.from({ length: 500 }, (_, id) => ({ id, key: 'a', at: id }))
  const joined = (maxItems: number) =>
    parallel({ left: fromIterable(items), right: fromIterable(items) }).pipe(
      intervalJoin({ time, key, fromMs: 0, toMs: 3, maxItems }),
    )
  expect(await toArray(joined(7))).toHaveLength(500 + 499 + 498 + 497)
  await expect(toArray(joined(3))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxItems') },
  })
})

test('a row is given as soon as both inputs have come so far', async () => {
  const left = new SourceProbe<Item>('left')
  const right = new SourceProbe<Item>('right')
  const sink = new SinkProbe<object>().request()
  const { done } = run(parallel({ left, right }).pipe(intervalJoin({ time, key, toMs: 5 }), sink))
  left.send({ id: 0, key: 'a', at: 0 }, { id: 1, key: 'a', at: 100 })
  await settle()
  expect(sink.received).toEqual([])
  right.send({ id: 2, key: 'a', at: 3 })
  await settle()
  expect(sink.received).toEqual([{ left: { id: 0, key: 'a', at: 0 }, right: { id: 2, key: 'a', at: 3 } }])
  left.end()
  right.end()
  await done
})

test('a cancelled join lets go of its inputs', async () => {
  const left = new SourceProbe<Item>('left')
  const right = new SourceProbe<Item>('right')
  const running = run(parallel({ left, right }).pipe(windowJoin({ time, key, sizeMs: 5 }), new SinkProbe()))
  left.send({ id: 0, key: 'a', at: 0 })
  await settle()
  const failed = expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await running.cancel('enough')
  await failed
  expect([left.closed, right.closed]).toEqual([true, true])
})

test('a fork of which one side filters is joined without a stall', async () => {
  const source = fromIterable(Array.from({ length: 300 }, (_, id) => ({ id, key: 'a', at: id })))
  const joined = source
    .parallel({ left: map((item) => item), right: filter((item) => item.id % 50 === 0) })
    .pipe(intervalJoin({ time, key, toMs: 0 }))
  expect(await toArray(joined, { edges: { capacityItems: 2 } })).toHaveLength(6)
})

test('refuses wrong options and wrong inputs', async () => {
  for (const make of [
    () => intervalJoin({ time, key, fromMs: 2, toMs: 1 }),
    () => intervalJoin({ time, key, toMs: Number.NaN }),
    () => intervalJoin({ time: { left: time.left } as never, key, toMs: 1 }),
    () => intervalJoin({ time, key, toMs: 1, kind: 'outer' as never }),
    () => intervalJoin({ time, key, toMs: 1, late: 'port' as never }),
    () => windowJoin({ time, key, sizeMs: 0 }),
    () => windowJoin({ time, key: undefined as never, sizeMs: 1 }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  const wrong = parallel({ a: fromIterable([]), b: fromIterable([]) }).pipe(
    windowJoin({ time, key, sizeMs: 1 }) as never,
  )
  await expect(toArray(wrong as never)).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('reads the inputs left and right') },
  })
})
