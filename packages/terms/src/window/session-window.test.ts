/** Goal: sessions equal a recomputation over the sorted array, also where late items join sessions. */

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { countOf, fromIterable, sessionise, sessionWindow, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'
import { byEndAndKey, type Expected, type Reading, randomReadings } from './reference.case.ts'

/** Sessions of items none of which is late. */
function recomputed(items: readonly Reading[], gap: number): Expected[] {
  const sessions: { key: string; start: number; end: number; ids: number[] }[] = []
  for (const key of new Set(items.map((item) => item.key))) {
    let open: (typeof sessions)[number] | undefined
    for (const { id, at } of items.filter((item) => item.key === key).toSorted((a, b) => a.at - b.at)) {
      if (open === undefined || at >= open.end) {
        open = { key, start: at, end: at, ids: [] }
        sessions.push(open)
      }
      open.end = at + gap
      open.ids.push(id)
    }
  }
  return sessions.map((session) => ({ ...session, ids: session.ids.sort((a, b) => a - b) })).sort(byEndAndKey)
}

function asExpected(window: {
  key: string
  start: number
  end: number
  value: readonly Reading[]
}): Expected {
  const { key, start, end, value } = window
  return { key, start, end, ids: value.map(({ id }) => id).sort((a, b) => a - b) }
}

test('sessions equal a recomputation over the sorted items', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed)
    const items = randomReadings(random, random.below(150))
    const gapMs = 1 + random.below(30)
    const window = sessionWindow({ gapMs, time: (r: Reading) => r.at, key: (r) => r.key, outOfOrderMs: 40 })
    const seen = (await toArray(fromIterable(items).pipe(window), randomOptions(random))).map(asExpected)
    expect(seen.map(({ end }) => end)).toEqual(seen.map(({ end }) => end).toSorted((a, b) => a - b))
    expect(seen.sort(byEndAndKey)).toEqual(recomputed(items, gapMs))
  }
})

test('with enough allowed lateness the last results are the same sessions', async () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(500 + seed)
    const items = randomReadings(random, random.below(150))
    const gapMs = 1 + random.below(30)
    const outOfOrderMs = random.below(20)
    const window = sessionWindow({
      gapMs,
      time: (r: Reading) => r.at,
      key: (r) => r.key,
      outOfOrderMs,
      allowedLatenessMs: 60,
    })
    const all = (await toArray(fromIterable(items).pipe(window), randomOptions(random))).map(asExpected)
    // a later result replaces those that it covers
    const last = all.filter(
      ({ key, ids }, i) =>
        !all.slice(i + 1).some((later) => later.key === key && later.ids.includes(ids[0] as number)),
    )
    expect(last.sort(byEndAndKey)).toEqual(recomputed(items, gapMs))
  }
})

test('late items are told apart: an item of an open session is not late', async () => {
  const late = sessionWindow({ gapMs: 10, time: (n: number) => n, late: 'port' })
  const source = [0, 8, 16, 7, 30, 2, 50, 31]
  const rows = fromIterable(source).pipe(late)
  expect(await toArray(rows.port('late'))).toEqual([2, 31])
  expect(await toArray(rows.port('windows'))).toEqual([
    { start: 0, end: 26, value: [0, 8, 16, 7] },
    { start: 30, end: 40, value: [30] },
    { start: 50, end: 60, value: [50] },
  ])
})

test('an item that joins two given sessions gives them anew as one', async () => {
  const window = sessionWindow({ gapMs: 10, time: (n: number) => n, allowedLatenessMs: 100 })
  expect(await toArray(fromIterable([0, 15, 40, 8]).pipe(window))).toEqual([
    { start: 0, end: 10, value: [0] },
    { start: 15, end: 25, value: [15] },
    { start: 0, end: 25, value: [0, 15, 8], isLate: true },
    { start: 40, end: 50, value: [40] },
  ])
})

test('a given session that goes on is given once more, as soon as it is complete', async () => {
  const source = [
    { key: 'a', at: 0 },
    { key: 'b', at: 12 },
    { key: 'a', at: 9 },
    { key: 'b', at: 30 },
    { key: 'b', at: 45 },
  ]
  const window = sessionWindow({
    gapMs: 10,
    time: (item: { key: string; at: number }) => item.at,
    key: (item) => item.key,
    allowedLatenessMs: 100,
    aggregate: countOf(),
  })
  expect(await toArray(fromIterable(source).pipe(window))).toEqual([
    { key: 'a', start: 0, end: 10, value: 1 },
    { key: 'a', start: 0, end: 19, value: 2, isLate: true },
    { key: 'b', start: 12, end: 22, value: 1 },
    { key: 'b', start: 30, end: 40, value: 1 },
    { key: 'b', start: 45, end: 55, value: 1 },
  ])
})

test('what was given or joined makes room', async () => {
  const window = sessionWindow({ gapMs: 5, time: (n: number) => n, outOfOrderMs: 20, maxOpen: 3 })
  const source = Array.from({ length: 100 }, (_, i) => [20 * i, 20 * i + 8, 20 * i + 4]).flat()
  const sessions = await toArray(fromIterable(source).pipe(window))
  expect(sessions.map(({ start, end }) => end - start)).toEqual(Array.from({ length: 100 }, () => 13))
})

test('sessionise sorts what it gives', async () => {
  const visits = sessionise({
    key: (r: Reading) => r.key,
    time: (r) => r.at,
    gapMs: 20,
    outOfOrderMs: 40,
  })
  const items = randomReadings(new Random(5), 100)
  for (const { value } of await toArray(fromIterable(items).pipe(visits))) {
    expect(value.items).toEqual(value.items.toSorted((a, b) => a.at - b.at || a.id - b.id))
    expect(value.last).toBe(value.items.at(-1)?.at)
  }
})

test('bounds are errors', async () => {
  const open = sessionWindow({ gapMs: 5, time: () => 0, key: (n: number) => n, maxOpen: 2 })
  await expect(toArray(fromIterable([1, 2, 3]).pipe(open))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxOpen') },
  })
  const items = sessionise({ gapMs: 5, time: () => 0, key: () => 'k', maxItems: 2 })
  await expect(toArray(fromIterable([1, 2, 3]).pipe(items))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxItems') },
  })
  expect(() => sessionWindow({ gapMs: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
