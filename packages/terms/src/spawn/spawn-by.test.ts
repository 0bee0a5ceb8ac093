/** Goal: each key's items go through a copy of their own, in order, and nothing is lost. */

import { setTimeout as after } from 'node:timers/promises'
import { merge, parallel, run, type Term } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  batch,
  collect,
  filter,
  forEach,
  fromIterable,
  id,
  map,
  scan,
  spawnBy,
  take,
  toArray,
} from '../index.ts'
import { invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

interface Item {
  readonly key: number
  readonly n: number
}

const items = fc.array(fc.record({ key: fc.nat(6), n: fc.nat(100) }), { maxLength: 80 })

/** Running sums, each with its key: the answer depends on the order within a key, and on nothing else. */
const sums = (key: number): Term<Item, string> =>
  scan((sum: number, { n }: Item) => sum * 2 + n, 0).pipe(map((sum) => `${key}:${sum}`))

function expected(all: readonly Item[]): Map<number, string[]> {
  const byKey = new Map<number, string[]>()
  for (const { key, n } of all) {
    const before = byKey.get(key) ?? []
    const last = Number(before.at(-1)?.split(':')[1] ?? 0)
    byKey.set(key, [...before, `${key}:${last * 2 + n}`])
  }
  return byKey
}

function grouped(results: readonly string[]): Map<number, string[]> {
  const byKey = new Map<number, string[]>()
  for (const text of results) {
    const key = Number(text.split(':')[0])
    byKey.set(key, [...(byKey.get(key) ?? []), text])
  }
  return byKey
}

test('equals one term per key, whatever the sizes and the schedule', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.integer(), async (all, seed) => {
      const random = new Random(seed)
      const capacityItems = random.pick([1, 2, 256])
      const spawned = fromIterable(all).pipe(spawnBy(({ key }) => key, sums, { capacityItems }))
      expect(grouped(await toArray(spawned, randomOptions(random)))).toEqual(expected(all))
    }),
    { numRuns: 60 },
  )
})

test('the same term object may serve all keys, and all runs', async () => {
  const shared = scan((sum: number, { n }: Item) => sum + n, 0)
  const all = [1, 2, 3].flatMap((n) => [0, 1].map((key) => ({ key, n })))
  const spawned = fromIterable(all).pipe(
    spawnBy(
      ({ key }) => key,
      () => shared,
    ),
  )
  const wanted = [1, 1, 3, 3, 6, 6]
  expect((await toArray(spawned)).sort()).toEqual(wanted)
  expect((await toArray(spawned)).sort()).toEqual(wanted)
})

test('what copies hold leaves at the end; rows and sinks are fine', async () => {
  const halves = fromIterable([1, 2, 3, 4, 5]).pipe(
    spawnBy(
      (n) => n % 2,
      () => batch<number>(2),
    ),
  )
  expect((await toArray(halves)).sort()).toEqual([[1, 3], [2, 4], [5]])
  const rows = fromIterable([1, 2]).pipe(
    spawnBy(
      (n) => n,
      () => parallel({ same: id<number>(), twice: map((n: number) => n * 2) }),
    ),
  )
  expect((await toArray(rows)).sort((a, b) => a.same - b.same)).toEqual([
    { same: 1, twice: 2 },
    { same: 2, twice: 4 },
  ])
  const seen: string[] = []
  const sinks = spawnBy(
    (n: number) => n % 2,
    (key) => forEach((n: number) => void seen.push(`${key}:${n}`)),
  )
  await run(fromIterable([1, 2, 3]).pipe(sinks)).done
  expect(seen.sort()).toEqual(['0:2', '1:1', '1:3'])
})

test('copies that are full hold back the input, results wait for their turn, and nothing is lost', async () => {
  const source = new SourceProbe<number>()
  const gate = new SinkProbe<number>()
  const term = spawnBy(
    (n: number) => n % 3,
    () => id<number>(),
    { capacityItems: 1 },
  )
  const { done } = run(source.pipe(term, gate), { edges: { capacityItems: 1 }, batchItems: 1 })
  const all = [...Array(90).keys()]
  source.send(...all).end()
  expect(await gate.next()).toBe(0)
  await settle(40)
  expect(source.given).toBeLessThan(30)
  gate.request()
  await done
  expect([...gate.received].sort((a, b) => a - b)).toEqual(all)
})

test('an empty stream, a key function that fails, and what is no term', async () => {
  expect(
    await toArray(
      fromIterable<number>([]).pipe(
        spawnBy(
          (n) => n,
          () => id<number>(),
        ),
      ),
    ),
  ).toEqual([])
  const cause = new Error('no key')
  const failing = spawnBy(
    (): number => {
      throw cause
    },
    () => id<number>(),
  )
  await expect(toArray(fromIterable([1]).pipe(failing))).rejects.toMatchObject({ term: 'spawnBy', cause })
  await expect(
    toArray(
      fromIterable([1]).pipe(
        spawnBy(
          (n) => n,
          () => 7 as never,
        ),
      ),
    ),
  ).rejects.toMatchObject({
    cause: { code: 'NOT_A_TERM' },
  })
})

test('a copy that ends by itself holds nothing up', async () => {
  const join = merge<Record<string, number>>()
  const sink = collect<number>()
  const once = join.pipe(
    spawnBy(
      () => 0,
      () => take<number>(1),
    ),
  )
  const looped = parallel(parallel({ from: fromIterable([1, 2, 3]), back: once }).pipe(join), join.pipe(sink))
  const summary = await run(looped as unknown as Term<never, never>).done
  expect(summary.result(sink).sort()).toEqual([1, 1, 2, 3])
})

const halve = (n: number): number | undefined => (n > 1 ? n >> 1 : undefined)

test.each([
  ['at once', halve],
  ['after a while', (n: number) => after(20).then(() => halve(n))],
])('works in a feedback loop, and beside a branch that waits for it: %s', async (_, f) => {
  const join = merge<Record<string, number>>()
  const half = spawnBy(
    (n: number) => n % 5,
    () => map(f),
  )
  const sink = collect<number>()
  const back = join.pipe(half)
  const looped = parallel(parallel({ from: fromIterable([100, 37]), back }).pipe(join), join.pipe(sink))
  const summary = await run(looped as unknown as Term<never, never>).done
  expect(summary.result(sink).sort((a, b) => b - a)).toEqual([100, 50, 37, 25, 18, 12, 9, 6, 4, 3, 2, 1, 1])

  const diamond = fromIterable([...Array(500).keys()]).parallel({
    a: id(),
    b: spawnBy(
      () => 0,
      () => map(async (n: number) => -n),
    ),
  })
  const rows = await toArray(diamond.pipe(filter(({ a, b }) => a !== -b)), { edges: { capacityItems: 4 } })
  expect(rows).toEqual([])
})

test('refuses functions and options that make no sense', () => {
  const spawn = () => id<number>()
  const key = (n: number) => n
  expect(() => spawnBy(1 as never, spawn)).toThrow(invalidOption())
  expect(() => spawnBy(key, 1 as never)).toThrow(invalidOption())
  expect(() => spawnBy(key, spawn, { maxKeys: 0 })).toThrow(invalidOption('maxKeys'))
  expect(() => spawnBy(key, spawn, { idleMs: 0 })).toThrow(invalidOption('idleMs'))
  expect(() => spawnBy(key, spawn, { whenFull: 'x' as never })).toThrow(invalidOption('whenFull'))
  expect(() => spawnBy(key, spawn, { capacityItems: 0 })).toThrow(invalidOption('capacityItems'))
  expect(() => spawnBy(key, spawn, { isLast: 1 as never })).toThrow(invalidOption())
})
