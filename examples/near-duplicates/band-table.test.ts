/** Goal: partners are exactly the earlier sets that share a key, each once, while the table grows. */
import { expect, test } from 'vitest'
import { bandTable, insert, partners } from './band-table.ts'
import { mix32 } from './hash.ts'

/** Sets of four keys, drawn from few enough that many are shared. */
const sets = Array.from({ length: 3_000 }, (_, set) =>
  Uint32Array.from({ length: 4 }, (_, band) => mix32(mix32(4 * set + band) % 2_000)),
)

test('partners are those of a plain search, whatever room the table was made with', () => {
  for (const expectedSets of [1, 3_000]) {
    const table = bandTable(4, expectedSets)
    for (const [number, keys] of sets.entries()) {
      const found = partners(table, keys).sort((a, b) => a - b)
      if (number % 50 === 0) {
        const before = [...sets.slice(0, number).keys()]
        expect(found).toEqual(before.filter((other) => sets[other]?.some((key) => keys.includes(key))))
      }
      expect(insert(table, keys)).toBe(number)
    }
  }
})

test('a clone goes on where the original was', () => {
  const table = bandTable(4)
  for (const keys of sets.slice(0, 500)) insert(table, keys)
  const clone = structuredClone(table)
  const keys = sets[1_234] as Uint32Array
  expect(partners(clone, keys)).toEqual(partners(table, keys))
})

test('a wrong number of keys is refused', () => {
  expect(() => insert(bandTable(4), new Uint32Array(3))).toThrow(RangeError)
})
