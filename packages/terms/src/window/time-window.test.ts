/** Goal: tumbling and sliding windows in event time equal a recomputation over the whole array, however they are run. */

import { parallel, run } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import {
  aggregate,
  aggregates,
  collect,
  countOf,
  fromIterable,
  maxOf,
  meanOf,
  slidingWindow,
  sumOf,
  toArray,
  tumblingWindow,
} from '../index.ts'
import { randomOptions } from '../test/random-options.ts'
import {
  byEndAndKey,
  type Expected,
  type Reading,
  randomReadings,
  startsOf,
  watermarks,
} from './reference.case.ts'

interface Cut {
  readonly size: number
  readonly slide: number
  readonly offset: number
  readonly outOfOrderMs: number
  readonly allowedLatenessMs: number
}

/** Windows without regard to when they are given, and the items that are late. */
function recomputed(items: readonly Reading[], cut: Cut): { windows: Expected[]; late: number[] } {
  const marks = watermarks(items, cut.outOfOrderMs)
  const late: number[] = []
  const windows = new Map<string, { key: string; start: number; end: number; ids: number[] }>()
  items.forEach(({ id, key, at }, i) => {
    const open = startsOf(at, cut.size, cut.slide, cut.offset).filter(
      (start) => start + cut.size + cut.allowedLatenessMs > (marks[i] as number),
    )
    if (open.length === 0) late.push(id)
    for (const start of open) {
      const name = `${key} ${start}`
      const window = windows.get(name) ?? { key, start, end: start + cut.size, ids: [] }
      window.ids.push(id)
      windows.set(name, window)
    }
  })
  return { windows: [...windows.values()].sort(byEndAndKey), late }
}

test('windows and late items equal a recomputation', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed)
    const items = randomReadings(random, random.below(120))
    const slide = 1 + random.below(20)
    const isTumbling = random.below(2) === 0
    const size = isTumbling ? slide : slide + random.below(40)
    const offset = random.below(30) - 15
    const outOfOrderMs = random.below(30)
    const cut = { size, slide, offset, outOfOrderMs, allowedLatenessMs: 0 }
    const shared = {
      sizeMs: size,
      offsetMs: offset,
      time: (r: Reading) => r.at,
      key: (r: Reading) => r.key,
      outOfOrderMs,
      late: 'port' as const,
    }
    const window = isTumbling ? tumblingWindow(shared) : slidingWindow({ ...shared, slideMs: slide })
    const windowed = fromIterable(items).pipe(window)
    const given = collect<{ key: string; start: number; end: number; value: Reading[] }>()
    const late = collect<Reading>()
    const summary = await run(
      parallel(windowed.port('windows').pipe(given), windowed.port('late').pipe(late)),
      randomOptions(random),
    ).done
    const expected = recomputed(items, cut)
    const seen = summary
      .result(given)
      .map(({ value, ...rest }) => ({ ...rest, ids: value.map(({ id }) => id).sort((a, b) => a - b) }))
    expect(seen.map(({ end }) => end)).toEqual(seen.map(({ end }) => end).toSorted((a, b) => a - b))
    expect(seen.sort(byEndAndKey)).toEqual(expected.windows)
    expect(summary.result(late).map(({ id }) => id)).toEqual(expected.late)
    expect(summary.items.discarded).toBe(0)
  }
})

test('with allowed lateness the last result of a window holds all that was not late', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(1000 + seed)
    const items = randomReadings(random, random.below(120))
    const slide = 1 + random.below(20)
    const size = slide + random.below(40)
    const cut = {
      size,
      slide,
      offset: 0,
      outOfOrderMs: random.below(10),
      allowedLatenessMs: random.below(40),
    }
    const window = slidingWindow({
      sizeMs: size,
      slideMs: slide,
      time: (r: Reading) => r.at,
      key: (r) => r.key,
      outOfOrderMs: cut.outOfOrderMs,
      allowedLatenessMs: cut.allowedLatenessMs,
      late: 'drop',
    })
    const all = await toArray(fromIterable(items).pipe(window), randomOptions(random))
    const last = new Map<string, Expected>()
    for (const { key, start, end, value, isLate } of all) {
      const name = `${key} ${start}`
      // what is given on time is given once
      if (isLate === undefined) expect(last.has(name)).toBe(false)
      last.set(name, { key, start, end, ids: value.map(({ id }) => id).sort((a, b) => a - b) })
    }
    expect([...last.values()].sort(byEndAndKey)).toEqual(recomputed(items, cut).windows)
  }
})

test('every run option gives the same sequence', async () => {
  const random = new Random(7)
  const items = randomReadings(random, 300)
  const window = slidingWindow({
    sizeMs: 25,
    slideMs: 10,
    time: (r: Reading) => r.at,
    key: (r) => r.key,
    outOfOrderMs: 15,
    allowedLatenessMs: 10,
    late: 'drop',
    aggregate: sumOf((r: Reading) => r.value),
  })
  const windowed = fromIterable(items).pipe(window)
  const expected = await toArray(windowed)
  expect(expected.some(({ isLate }) => isLate)).toBe(true)
  for (let i = 0; i < 20; i++) expect(await toArray(windowed, randomOptions(random))).toEqual(expected)
})

test('merged slices give what adding gives', async () => {
  const items = randomReadings(new Random(3), 200)
  const window = slidingWindow({
    sizeMs: 30,
    slideMs: 7,
    time: (r: Reading) => r.at,
    outOfOrderMs: 1000,
    aggregate: countOf(),
  })
  const total = (await toArray(fromIterable(items).pipe(window))).reduce((sum, { value }) => sum + value, 0)
  expect(total).toBe(items.reduce((sum, { at }) => sum + startsOf(at, 30, 7, 0).length, 0))
})

test('an empty stream gives no window', async () => {
  expect(await toArray(fromIterable<number>([]).pipe(tumblingWindow({ sizeMs: 1, time: (n) => n })))).toEqual(
    [],
  )
})

test('a window is given as soon as the watermark reaches its end', async () => {
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<{ start: number; value: number }>()
  const window = tumblingWindow({
    sizeMs: 10,
    time: (at: number) => at,
    outOfOrderMs: 3,
    aggregate: countOf(),
  })
  const { done } = run(source.pipe(window, sink))
  source.send(0, 9, 12, 8)
  const first = sink.next()
  await settle()
  expect(sink.received).toEqual([])
  source.send(13)
  expect(await first).toEqual({ start: 0, end: 10, value: 3 })
  source.end()
  expect(await sink.next()).toEqual({ start: 10, end: 20, value: 2 })
  await done
})

test('late items fail the run unless they may be dropped', async () => {
  const items = [{ at: 0 }, { at: 30 }, { at: 5 }]
  const failing = tumblingWindow({ sizeMs: 10, time: (item: { at: number }) => item.at })
  await expect(toArray(fromIterable(items).pipe(failing))).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'tumblingWindow',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('late: "drop"') },
  })
  const dropping = tumblingWindow({
    sizeMs: 10,
    time: (item: { at: number }) => item.at,
    late: 'drop',
    aggregate: countOf(),
  })
  expect(await toArray(fromIterable(items).pipe(dropping, aggregate(sumOf(({ value }) => value))))).toEqual([
    2,
  ])
})

test('a bound that is reached, a bad time and a bad key say what to do', async () => {
  const failures = [
    [tumblingWindow({ sizeMs: 1, time: (n: number) => n, outOfOrderMs: 99, maxOpen: 3 }), 'Raise maxOpen'],
    [tumblingWindow({ sizeMs: 1, time: () => Number.NaN }), 'It must give milliseconds'],
    [tumblingWindow({ sizeMs: 1, time: () => 1e300 }), 'up to 2 ** 52'],
    [tumblingWindow({ sizeMs: 1, time: (n: number) => n, key: () => ({}) as never }), 'join several parts'],
  ] as const
  for (const [window, message] of failures) {
    await expect(toArray(fromIterable([1, 2, 3, 4]).pipe(window))).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT', message: expect.stringContaining(message) },
    })
  }
})

test('what was given makes room', async () => {
  const window = slidingWindow({
    sizeMs: 3,
    slideMs: 2,
    time: (n: number) => n,
    maxOpen: 4,
    allowedLatenessMs: 1,
  })
  const windows = await toArray(fromIterable(Array.from({ length: 500 }, (_, n) => n)).pipe(window))
  expect(windows).toHaveLength(251)
})

test('refuses options out of range', () => {
  const time = (n: number) => n
  const wrong = [
    { sizeMs: 0, time },
    { sizeMs: 1.5, time },
    { sizeMs: 2 ** 53 - 1, time },
    { sizeMs: 1, time: 3 as never },
    { sizeMs: 1, time, outOfOrderMs: -1 },
    { sizeMs: 1, time, late: 'keep' as never },
    { sizeMs: 1, time, aggregate: {} as never },
    { sizeMs: 1, time, maxOpen: 0 },
    { sizeMs: 1, late: 'drop' as const },
    { sizeMs: 1, outOfOrderMs: 1 },
  ]
  for (const options of wrong) {
    expect(() => tumblingWindow(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  expect(() => slidingWindow({ sizeMs: 1, slideMs: 2, time })).toThrow(/at most sizeMs/)
})

test('state is plain data at any moment', async () => {
  const window = slidingWindow({ sizeMs: 9, slideMs: 2, time: (n: number) => n, outOfOrderMs: 5 })
  const state = window.initialState?.()
  expect(structuredClone(state)).toEqual(state)
})

test('an infinity is in the windows that hold it and in no other; figures do not overflow on the way', async () => {
  const inf = Number.POSITIVE_INFINITY
  const values = [1, inf, 2, 1e308, 1e308, -1e308, 3]
  const items = values.map((n, at) => ({ n, at }))
  const n = (item: { readonly n: number }): number => item.n
  const figures = aggregates({ sum: sumOf(n), mean: meanOf(n), most: maxOf(n) })
  const of = async (make: typeof slidingWindow | typeof tumblingWindow, more: object) => {
    const windows = make({ time: ({ at }: { at: number }) => at, aggregate: figures, ...more } as never)
    const seen = await toArray(fromIterable(items).pipe(windows as typeof windows & { name: string }))
    return (seen as readonly { start: number; value: unknown }[]).map(({ start, value }) => [start, value])
  }
  expect(await of(tumblingWindow, { sizeMs: 3 })).toEqual([
    [0, { sum: inf, mean: inf, most: inf }],
    [3, { sum: 1e308, mean: 1e308 / 3, most: 1e308 }],
    [6, { sum: 3, mean: 3, most: 3 }],
  ])
  expect(await of(slidingWindow, { sizeMs: 2, slideMs: 1 })).toEqual([
    [-1, { sum: 1, mean: 1, most: 1 }],
    [0, { sum: inf, mean: inf, most: inf }],
    [1, { sum: inf, mean: inf, most: inf }],
    [2, { sum: 1e308, mean: 5e307, most: 1e308 }],
    [3, { sum: inf, mean: 1e308, most: 1e308 }],
    [4, { sum: 0, mean: 0, most: 1e308 }],
    [5, { sum: -1e308, mean: -5e307, most: 3 }],
    [6, { sum: 3, mean: 3, most: 3 }],
  ])
})
