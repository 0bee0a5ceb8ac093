/** Goal: `startWith`, `endWith` and `defaultIfEmpty` add what they should, and nothing else. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { defaultIfEmpty, endWith, fromIterable, map, startWith, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('equal an array literal with a spread', async () => {
  await expectEverywhere(
    () => startWith(-2, -1),
    (items) => [-2, -1, ...items],
  )
  await expectEverywhere(
    () => endWith(-2, -1),
    (items) => [...items, -2, -1],
  )
  await expectEverywhere(
    () => defaultIfEmpty(-1),
    (items) => (items.length === 0 ? [-1] : items),
  )
})

test('startWith does not wait for an input', async () => {
  const source = new SourceProbe<number>()
  const sink = new SinkProbe<number>()
  const { done } = run(source.pipe(startWith(7), sink))
  expect(await sink.next()).toBe(7)
  source.end()
  await done
})

test('endWith and defaultIfEmpty give nothing after a failure', async () => {
  const failing = fromIterable([1]).pipe(
    map((): number => {
      throw new Error('no')
    }),
  )
  await expect(toArray(failing.pipe(endWith(0), defaultIfEmpty(0)))).rejects.toMatchObject({ term: 'map' })
})

test('refuse undefined, which is no item', () => {
  expect(() => startWith(1, undefined)).toThrow(REFUSED)
  expect(() => endWith(undefined)).toThrow(REFUSED)
  expect(() => defaultIfEmpty(undefined)).toThrow(REFUSED)
})
