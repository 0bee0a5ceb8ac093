/** Goal: `keyValueFilter` keeps the entries for which the function is true, in their order. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, keyValueFilter, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

test('equals a filter of the entries', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(fc.string(), fc.integer())), async (records) => {
      const items = records.map((record) => Object.fromEntries(Object.entries(record)))
      const isWanted = (key: string, value: number) => key.length > 1 || value > 0
      const filtered = await toArray(fromIterable(items).pipe(keyValueFilter(isWanted)))
      expect(filtered.map((record) => Object.entries(record))).toEqual(
        items.map((item) => Object.entries(item).filter(([key, value]) => isWanted(key, value))),
      )
    }),
  )
})

test('refuses async functions, and items that are no records', async () => {
  expect(() => keyValueFilter((async () => true) as never)).toThrow(invalidOption())
  await expect(toArray(fromIterable([new Date(0)]).pipe(keyValueFilter(() => true)))).rejects.toEqual(
    badInput('keyValueFilter', 'takes plain records'),
  )
})
