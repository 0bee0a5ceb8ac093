/** Goal: `keyBy` gives what one keyed term gives, key by key in order, and each copy has only its own keys. */

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { map } from '../function/map.ts'
import { fromIterable } from '../source/from-iterable.ts'
import { toArray } from '../to-array.ts'
import { keyBy } from './key-by.ts'
import type { Keyed } from './key-table.ts'
import { keyedScan } from './keyed-scan.ts'

interface Sale {
  readonly key: number | string
  readonly n: number
}
const keyOf = ({ key }: Sale): number | string => key
const total = () => keyedScan(keyOf, (sum: number, { n }: Sale) => sum + n, 0)

function byKey(found: readonly Keyed<number | string, number>[]): Map<number | string, number[]> {
  const groups = new Map<number | string, number[]>()
  for (const { key, value } of found) groups.set(key, [...(groups.get(key) ?? []), value])
  return groups
}

test.each([1, 2, 3, 8])(
  '%i partitions give what one term gives, in the order of each key',
  async (partitions) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed)
      const sales = Array.from({ length: 300 }, (): Sale => {
        const key = random.below(12)
        return { key: key % 2 === 0 ? key : String(key - 1), n: random.below(9) }
      })
      const source = () => fromIterable(sales)
      const shared = await toArray(source().pipe(keyBy(keyOf, total, { partitions })))
      const single = await toArray(source().pipe(total()))
      expect(byKey(shared), `seed ${seed}`).toEqual(byKey(single))
    }
  },
)

test('a key goes to one copy, the keys go to several', async () => {
  const sales = Array.from({ length: 200 }, (_, n): Sale => ({ key: n % 50, n }))
  const shared = fromIterable(sales).pipe(keyBy(keyOf, (at) => map((sale: Sale) => ({ at, key: sale.key }))))
  const copiesOf = new Map<unknown, Set<number>>()
  for (const { at, key } of await toArray(shared)) copiesOf.set(key, (copiesOf.get(key) ?? new Set()).add(at))
  expect([...copiesOf.values()].every((copies) => copies.size === 1)).toBe(true)
  expect(new Set([...copiesOf.values()].flatMap((copies) => [...copies]))).toEqual(new Set([0, 1, 2, 3]))
})

test('nothing in, nothing out', async () => {
  expect(await toArray(fromIterable<Sale>([]).pipe(keyBy(keyOf, total)))).toEqual([])
})

test('what makes no sense is refused', () => {
  const one = total()
  const refused = expect.objectContaining({ code: 'INVALID_OPTION' })
  expect(() => keyBy(keyOf, () => one)).toThrow(refused)
  expect(() => keyBy(keyOf, total, { partitions: 0 })).toThrow(refused)
  expect(() => keyBy('key' as never, total)).toThrow(refused)
})

test('a key that is an object fails the run', async () => {
  const bad = fromIterable([{ key: {} }]).pipe(
    keyBy(
      (item) => item.key as never,
      () => map((item) => item),
    ),
  )
  await expect(toArray(bad)).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
})
