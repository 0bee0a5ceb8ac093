/** Goal: `rename` changes names and nothing else, and loses no value. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, rename, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'

test('keeps values and their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.integer()), async (dictionary) => {
      const record = Object.fromEntries(Object.entries(dictionary).map(([key, n]) => [`k${key}`, n]))
      const [renamed] = await toArray(fromIterable([record]).pipe(rename((key) => `${key}!`)))
      expect(Object.entries(renamed as object)).toEqual(
        Object.entries(record).map(([key, value]) => [`${key}!`, value]),
      )
    }),
  )
})

test('a table leaves the other keys alone, and may swap two', async () => {
  const items = fromIterable([{ a: 1, b: 2, c: 3 }])
  expect(await toArray(items.pipe(rename({ a: 'b', b: 'a' })))).toEqual([{ b: 1, a: 2, c: 3 }])
})

test('names of Object.prototype are names like any other', async () => {
  const items = fromIterable([{ a: 1, toString: 2 } as Record<string, number>])
  const [record] = await toArray(items.pipe(rename({ a: '__proto__' })))
  expect(Object.entries(record as object)).toEqual([
    ['__proto__', 1],
    ['toString', 2],
  ])
})

test('two keys with one name are an error', async () => {
  await expect(toArray(fromIterable([{ a: 1, b: 2 }]).pipe(rename({ a: 'b' })))).rejects.toEqual(
    badInput('rename', 'the keys "a" and "b" of one record the same name "b"'),
  )
})

test('refuses tables of other things than names, and items that are no records', async () => {
  expect(() => rename({ a: 1 } as never)).toThrow(invalidOption('The names of rename()'))
  expect(() => rename('a' as never)).toThrow(invalidOption())
  expect(() => rename((async () => 'a') as never)).toThrow(invalidOption())
  await expect(toArray(fromIterable([7 as never]).pipe(rename({})))).rejects.toEqual(
    badInput('rename', 'takes plain records, but got 7'),
  )
})
