/** Goal: `expand` walks breadth first, as far as it is asked, within its bound. */

import { expect, test } from 'vitest'
import { expand, fromIterable, take, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

const children = (n: number) => (n > 1 ? [n - 1, n - 2] : [])

function walk(items: readonly number[]): number[] {
  const given: number[] = []
  const queue = [...items]
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    given.push(item)
    queue.push(...children(item))
  }
  return given
}

test('equals a plain breadth-first walk of each item', async () => {
  await expectEverywhere(
    () => expand(children),
    (items) => items.flatMap((item) => walk([item])),
  )
})

test('may be endless', async () => {
  const doubles = expand((n: number) => [n * 2])
  expect(await toArray(fromIterable([1]).pipe(doubles, take(5)))).toEqual([1, 2, 4, 8, 16])
})

test('what waits is bounded, exactly', async () => {
  const ten = expand((n: number) => (n === 0 ? Array.from({ length: 10 }, (_, i) => i + 1) : []), {
    maxPending: 10,
  })
  expect(await toArray(fromIterable([0]).pipe(ten))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const eleven = expand((n: number) => (n === 0 ? Array.from({ length: 11 }, (_, i) => i + 1) : []), {
    maxPending: 10,
  })
  await expect(toArray(fromIterable([0]).pipe(eleven))).rejects.toMatchObject({
    term: 'expand',
    cause: { code: 'BAD_INPUT' },
  })
})

test('refuses what makes no sense', () => {
  expect(() => expand((async () => []) as never)).toThrow(REFUSED)
  expect(() => expand(children, { maxPending: 0 })).toThrow(REFUSED)
})
