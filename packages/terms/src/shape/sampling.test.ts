/** Goal: `everyNth` is a stride; `sampleRandom` chooses by its seed alone, about as many as it should. */

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { everyNth, fromIterable, sampleRandom, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('everyNth equals a filter on the index', async () => {
  for (const n of [1, 2, 7]) {
    await expectEverywhere(
      () => everyNth(n),
      (items) => items.filter((_, at) => at % n === 0),
    )
  }
})

test('sampleRandom takes the items for which the generator of that seed is below the share', async () => {
  for (const share of [0, 0.3, 1]) {
    await expectEverywhere(
      () => sampleRandom(share, { seed: 42 }),
      (items) => {
        const random = new Random(42)
        return items.filter(() => random.next() < share)
      },
    )
  }
})

test('sampleRandom takes about its share, other items with another seed', async () => {
  const numbers = Array.from({ length: 20_000 }, (_, i) => i)
  const [a, b] = await Promise.all(
    [1, 2].map((seed) => toArray(fromIterable(numbers).pipe(sampleRandom(0.25, { seed })))),
  )
  // 5,000 with a deviation of 61: this fails once in many millions of seeds
  expect(Math.abs((a?.length ?? 0) - 5000)).toBeLessThan(350)
  expect(a).not.toEqual(b)
})

test('refuse what makes no sense', () => {
  expect(() => everyNth(0)).toThrow(REFUSED)
  for (const share of [-0.1, 1.1, Number.NaN]) expect(() => sampleRandom(share)).toThrow(REFUSED)
  expect(() => sampleRandom(0.5, { seed: 0.5 })).toThrow(REFUSED)
})
