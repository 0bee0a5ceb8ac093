/** Goal: keyed terms do for each key what the plain ones do for all, and forget keys as documented, losing nothing. */

import { run } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countOf,
  fromIterable,
  type Keyed,
  keyedAggregate,
  keyedReduce,
  keyedScan,
  sumOf,
  toArray,
} from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

interface Item {
  readonly key: string
  readonly at: number
}

const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.nat({ max: 50 }) }), {
  maxLength: 40,
})
const all = (state: string, { at }: Item): string => `${state} ${at}`

function keysOf(list: readonly Item[]): string[] {
  return [...new Set(list.map(({ key }) => key))]
}

test('keyedScan gives what scan gives for each key', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.nat(), async (list, seed) => {
      const scanned = fromIterable(list).pipe(keyedScan(({ key }) => key, all, ''))
      const expected = list.map(({ key }, i) => ({
        key,
        value: list
          .slice(0, i + 1)
          .filter((item) => item.key === key)
          .reduce(all, ''),
      }))
      expect(await toArray(scanned, randomOptions(new Random(seed)))).toEqual(expected)
    }),
  )
})

test('keyedReduce and keyedAggregate give what they give for each key alone, in the order of the keys', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.nat(), async (list, seed) => {
      const options = randomOptions(new Random(seed))
      const reduced = fromIterable(list).pipe(keyedReduce(({ key }) => key, all, ''))
      const sums = fromIterable(list).pipe(
        keyedAggregate(
          ({ key }) => key,
          sumOf(({ at }) => at),
        ),
      )
      const of = (key: string) => list.filter((item) => item.key === key)
      expect(await toArray(reduced, options)).toEqual(
        keysOf(list).map((key) => ({ key, value: of(key).reduce(all, '') })),
      )
      expect(await toArray(sums, options)).toEqual(
        keysOf(list).map((key) => ({ key, value: of(key).reduce((sum, { at }) => sum + at, 0) })),
      )
    }),
  )
})

test('keys that go early are given, and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 3 }), fc.nat(), async (list, maxKeys, seed) => {
      const counts = fromIterable(list).pipe(
        keyedAggregate(({ key }) => key, countOf(), { maxKeys, whenFull: 'forgetOldest' }),
      )
      const given = await toArray(counts, randomOptions(new Random(seed)))
      for (const key of keysOf(list)) {
        const total = given.filter((entry) => entry.key === key).reduce((sum, { value }) => sum + value, 0)
        expect(total).toBe(list.filter((item) => item.key === key).length)
      }
    }),
  )
})

/** Runs of one key without a pause of `idle`, measured by the latest time seen. */
function bursts(list: readonly Item[], idle: number): Keyed<string, number>[] {
  const open: { key: string; value: number; at: number }[] = []
  const given: Keyed<string, number>[] = []
  let latest = Number.NEGATIVE_INFINITY
  const give = ({ key, value }: Keyed<string, number>) => given.push({ key, value })
  for (const { key, at } of list) {
    latest = Math.max(latest, at)
    while (open[0] !== undefined && latest - open[0].at >= idle) give(open.shift() as (typeof open)[number])
    const index = open.findIndex((entry) => entry.key === key)
    const [known = { key, value: 0, at }] = index < 0 ? [] : open.splice(index, 1)
    open.push({ key, value: known.value + 1, at: latest })
  }
  for (const entry of open) give(entry)
  return given
}

test('an idle key is given and begins anew, by the times of the items', async () => {
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 30 }), fc.nat(), async (list, idleMs, seed) => {
      const counts = fromIterable(list).pipe(
        keyedReduce(
          ({ key }) => key,
          (count: number) => count + 1,
          0,
          { idleMs, time: ({ at }) => at },
        ),
      )
      expect(await toArray(counts, randomOptions(new Random(seed)))).toEqual(bursts(list, idleMs))
    }),
  )
})

test('without time the clock says which keys are idle', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const sink = new SinkProbe<Keyed<string, number>>().request()
  const counted = keyedScan(
    (key: string) => key,
    (count: number) => count + 1,
    0,
    { idleMs: 10 },
  )
  const { done } = run(source.pipe(counted, sink), { clock })
  for (const ms of [9, 10, 0]) {
    source.send('a')
    await clock.advance(ms)
  }
  source.end()
  await done
  expect(sink.received.map(({ value }) => value)).toEqual([1, 2, 1])
})

test('more keys than maxKeys are an error', async () => {
  const counted = keyedScan(
    (n: number) => n,
    (count: number) => count + 1,
    0,
    { maxKeys: 2 },
  )
  await expect(toArray(fromIterable([1, 2, 1, 3]).pipe(counted))).rejects.toMatchObject({
    item: 3,
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxKeys') },
  })
})

test('refuses what cannot be', async () => {
  const key = (n: number) => n
  const f = (state: number) => state
  for (const make of [
    () => keyedScan(3 as never, f, 0),
    () => keyedScan(key, 3 as never, 0),
    () => keyedScan(key, f, (() => 0) as never),
    () => keyedReduce(key, f, 0, { maxKeys: 0 }),
    () => keyedReduce(key, f, 0, { idleMs: 0 }),
    () => keyedReduce(key, f, 0, { whenFull: 'panic' as never }),
    () => keyedAggregate(key, {} as never),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  const objects = keyedScan((n: number) => ({ n }) as never, f, 0)
  await expect(toArray(fromIterable([1]).pipe(objects))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})
