/** Goal: `keyFilter` is a projection: the chosen keys, nothing else, and the item itself untouched. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, keyFilter, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

test('keeps the keys that are named, in the order of the names', async () => {
  const items = fromIterable([{ a: 1, b: 2, c: 3 }])
  const [record] = await toArray(items.pipe(keyFilter({ keys: ['c', 'a'] })))
  expect(Object.entries(record as object)).toEqual([
    ['c', 3],
    ['a', 1],
  ])
})

test('keys and notKeys part every record in two', async () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(name, fc.integer())),
      fc.uniqueArray(name),
      async (items, names) => {
        const records = items.map((item) => ({ ...item })) as Record<string, number>[]
        const chosen = await toArray(fromIterable(records).pipe(keyFilter({ keys: names as string[] })))
        const rest = await toArray(fromIterable(records).pipe(keyFilter({ notKeys: names as string[] })))
        for (const [i, record] of records.entries()) {
          const parts = [...Object.entries(chosen[i] as object), ...Object.entries(rest[i] as object)]
          expect(parts.sort()).toEqual(Object.entries(record).sort())
          expect(Object.keys(chosen[i] as object).every((key) => (names as string[]).includes(key))).toBe(
            true,
          )
        }
      },
    ),
  )
})

test('a record may become empty and is still an item', async () => {
  expect(await toArray(fromIterable([{ a: 1 }, {}]).pipe(keyFilter({ keys: ['a' as never] })))).toEqual([
    { a: 1 },
    {},
  ])
})

test('refuses both, neither, and lists that are none', () => {
  expect(() => keyFilter({} as never)).toThrow(invalidOption('given where notKeys is not'))
  expect(() => keyFilter({ keys: [], notKeys: [] } as never)).toThrow(invalidOption('left out'))
  expect(() => keyFilter({ keys: 'a' } as never)).toThrow(invalidOption('a list of names'))
})

test('an item that is no record is an error', async () => {
  await expect(toArray(fromIterable([[1]]).pipe(keyFilter({ notKeys: [] })))).rejects.toEqual(
    badInput('keyFilter', 'takes plain records, but got [1]'),
  )
})
