/**
 * Goal: `fromIterable` gives what the iterable gives, as often as it can, and closes what it need not read.
 */

import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { asRecord, fromIterable, take, toArray } from '../index.ts'

test('gives the items of arrays, sets, generators, strings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.integer(), fc.string(), fc.constant(null))), async (items) => {
      expect(await toArray(fromIterable(items))).toEqual(items)
      expect(await toArray(fromIterable(new Set(items)))).toEqual([...new Set(items)])
      expect(await toArray(fromIterable(() => items.values()))).toEqual(items)
    }),
  )
  expect(await toArray(fromIterable('héy'))).toEqual(['h', 'é', 'y'])
})

test('undefined is no item', async () => {
  expect(await toArray(fromIterable([undefined, 1, undefined]))).toEqual([1])
})

test('runs twice, except for an iterator, which says so', async () => {
  const array = fromIterable([1, 2])
  expect(await toArray(array)).toEqual([1, 2])
  expect(await toArray(array)).toEqual([1, 2])

  const once = fromIterable([1, 2].values())
  expect(await toArray(once)).toEqual([1, 2])
  await expect(toArray(once)).rejects.toMatchObject({ code: 'TERM_FAILED', cause: { code: 'WRONG_STATE' } })
})

test('an iterable is closed when nobody needs more', async () => {
  let closed = 0
  function* naturals() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed++
    }
  }
  expect(await toArray(fromIterable(naturals).pipe(take(2)))).toEqual([0, 1])
  expect(closed).toBe(1)
})

test('a failing iterable ends the run with its error', async () => {
  const cause = new Error('no')
  function* failing() {
    yield 1
    throw cause
  }
  await expect(toArray(fromIterable(failing))).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'fromIterable',
    phase: 'generate',
    cause,
  })
})

test('the formatter gets one argument, for arrays too', async () => {
  const formatted = fromIterable([5, 6], (...all: unknown[]) => all)
  expect(await toArray(formatted)).toEqual([[5], [6]])
  const names = fromIterable(['a'], (text) => text.length)
  expectTypeOf(await toArray(names)).toEqualTypeOf<number[]>()
})

test('asRecord wraps what is no plain record', async () => {
  const date = new Date(0)
  const items = [{ a: 1 }, 2, null, [3], date, Object.create(null) as object]
  expect(await toArray(fromIterable(items, asRecord))).toEqual([
    { a: 1 },
    { val: 2 },
    { val: null },
    { val: [3] },
    { val: date },
    {},
  ])
  expectTypeOf(asRecord(1)).toEqualTypeOf<{ readonly val: number }>()
  expectTypeOf(asRecord({ a: 1 })).toEqualTypeOf<{ a: number }>()
})

test('refuses what is not iterable', async () => {
  expect(() => fromIterable(3 as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  await expect(toArray(fromIterable((() => 3) as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})
