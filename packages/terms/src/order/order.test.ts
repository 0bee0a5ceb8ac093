/** Goal: `sortBy` and `topBy` equal a stable sort of the whole array, and refuse what has no order. */

import { run } from '@millrace/core'
import { checkLedger, Random } from '@millrace/core/testing'
import { describe, expect, test } from 'vitest'
import { collect, fromIterable, type Ranks, sortBy, toArray, topBy } from '../index.ts'

interface Item {
  readonly id: number
  readonly n: number
  readonly name: string
}

function randomItems(random: Random): Item[] {
  return Array.from({ length: random.below(60) }, (_, id) => ({
    id,
    n: random.below(8) - 4,
    name: random.pick(['ada', 'Bob', 'eve', '']),
  }))
}

test.each(['ascending', 'descending'] as const)('random items, %s', async (order) => {
  const random = new Random(7)
  const sign = order === 'ascending' ? 1 : -1
  const than = (a: Item, b: Item): number =>
    sign * (a.n - b.n || (a.name === b.name ? 0 : a.name < b.name ? -1 : 1)) || a.id - b.id
  for (let round = 0; round < 60; round++) {
    const items = randomItems(random)
    const sorted = [...items].sort(than)
    const by = ({ n, name }: Item) => [n, name] as const
    expect(await toArray(fromIterable(items).pipe(sortBy(by, { order })))).toEqual(sorted)
    const count = 1 + random.below(items.length + 3)
    expect(await toArray(fromIterable(items).pipe(topBy(count, by, { order })))).toEqual(
      sorted.slice(0, count),
    )
  }
})

test('every kind of value has its order', async () => {
  const dates = [new Date(5), new Date(-3), new Date(0)]
  const lists: readonly (readonly (Ranks & {})[])[] = [
    [2, Number.NEGATIVE_INFINITY, 0.5],
    [2n, -1n, 1n],
    ['b', 'B', 'a'],
    [true, false, true],
    dates,
  ]
  for (const list of lists) {
    const sorted = await toArray(fromIterable(list).pipe(sortBy((value) => value)))
    expect(sorted).toEqual([...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  }
})

test('by default the least come first, or the greatest are given', async () => {
  const numbers = () => fromIterable([2, 3, 1])
  expect(await toArray(numbers().pipe(sortBy((n) => n)))).toEqual([1, 2, 3])
  expect(await toArray(numbers().pipe(topBy(2, (n) => n)))).toEqual([3, 2])
})

test('all items are accounted for', async () => {
  const sink = collect<number>()
  const summary = await run(
    fromIterable([2, 3, 1]).pipe(
      topBy(2, (n) => n),
      sink,
    ),
  ).done
  checkLedger(summary)
  expect(summary.items).toMatchObject({ in: 5, out: 2, filtered: 3 })
})

describe('what cannot be done is refused', () => {
  const fails = async (values: readonly unknown[], options = {}): Promise<string> => {
    const by = (value: unknown) => value as Ranks
    const error = await toArray(fromIterable(values).pipe(sortBy(by, options))).catch((thrown) => thrown)
    expect(error.cause).toMatchObject({ code: 'BAD_INPUT' })
    return error.cause.message
  }

  test.each([
    [[null], 'null'],
    [[{}], 'an object'],
    [[1, Number.NaN], 'NaN'],
    [[[1, undefined]], 'undefined'],
    [[new Date('never')], 'a date that is none'],
    [[Symbol('a')], 'a symbol'],
  ])('%o', async (values, named) => {
    expect(await fails(values)).toContain(`sortBy() cannot order an item by ${named}`)
  })

  test('values of different types, also where no two of them would be compared', async () => {
    expect(await fails([1, 'a'])).toContain('by number and by string')
    expect(await fails([[1], [2, 2]])).toContain('by number and by number, number')
    const by = (value: readonly unknown[]) => value as Ranks
    const pairs = fromIterable([[9, 1] as const, [1, 'a'] as const])
    await expect(toArray(pairs.pipe(topBy(1, by)))).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  })

  test('more items than may be held', async () => {
    expect(await fails([1, 2, 3], { maxItems: 2 })).toContain('as many as maxItems allows')
    expect(await toArray(fromIterable([2, 1]).pipe(sortBy((n) => n, { maxItems: 2 })))).toEqual([1, 2])
  })

  test('options', () => {
    expect(() => sortBy((n: number) => n, { order: 'up' as never })).toThrow('order of sortBy()')
    expect(() => sortBy('n' as never)).toThrow('sortBy')
    expect(() => topBy(0, (n: number) => n)).toThrow('count of topBy()')
    expect(() => topBy(1, (n: number) => n, { ordr: 'ascending' } as never)).toThrow('ordr')
  })
})
