/** Goal: `mergeByTime` gives one sorted sequence, whatever comes first. */

import { parallel, run } from '@millrace/core'
import { Random, SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { filter, fromIterable, map, mergeByTime, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

test('merges sorted streams into a sorted one, ties in the order of the names', async () => {
  for (let seed = 0; seed < 80; seed++) {
    const random = new Random(seed)
    const streams = ['b', 'a', 'c'].map((name) =>
      Array.from({ length: random.below(40) }, () => random.below(60))
        .sort((x, y) => x - y)
        .map((at) => ({ name, at })),
    )
    const [b = [], a = [], c = []] = streams
    const merged = parallel({ b: fromIterable(b), a: fromIterable(a), c: fromIterable(c) }).pipe(
      mergeByTime(({ at }) => at),
    )
    expect(await toArray(merged, randomOptions(random))).toEqual(streams.flat().sort((x, y) => x.at - y.at))
  }
})

test('waits for the input that is behind, and holds back the other', async () => {
  const a = new SourceProbe<number>('a')
  const b = new SourceProbe<number>('b')
  const sink = new SinkProbe<number>().request()
  const { done } = run(
    parallel({ a, b }).pipe(
      mergeByTime((n) => n),
      sink,
    ),
    { edges: { capacityItems: 2 } },
  )
  a.send(1, 2, 3, 4, 5, 6, 7, 8, 9)
  await settle()
  expect(sink.received).toEqual([])
  expect(a.given).toBeLessThan(9)
  b.send(4)
  await settle()
  expect(sink.received).toEqual([1, 2, 3, 4, 4])
  a.end()
  b.end()
  await done
  expect(sink.received).toEqual([1, 2, 3, 4, 4, 5, 6, 7, 8, 9])
})

test('a fork of which one side filters is joined without a stall', async () => {
  const merged = fromIterable(Array.from({ length: 500 }, (_, n) => n))
    .parallel({ all: map((n) => n), some: filter((n) => n % 100 === 0) })
    .pipe(mergeByTime((n) => n))
  expect(await toArray(merged, { edges: { capacityItems: 3 } })).toHaveLength(505)
})
