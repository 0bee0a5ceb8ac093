/** Goal: `map` is Array.map without the index, filters on `undefined`, and awaits promises in order. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, map, toArray } from '../index.ts'

test('equals Array.map', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (items) => {
      const mapped = fromIterable(items).pipe(map((n) => n * 2))
      expect(await toArray(mapped)).toEqual(items.map((n) => n * 2))
    }),
  )
})

test('hands over one argument, the item', async () => {
  const argumentsSeen = map((...all: unknown[]) => all.length)
  expect(await toArray(fromIterable([5, 6]).pipe(argumentsSeen))).toEqual([1, 1])
})

test('undefined is no item, null is one', async () => {
  const some = map((n: number) => (n === 1 ? undefined : n === 2 ? null : n))
  expect(await toArray(fromIterable([1, 2, 3]).pipe(some))).toEqual([null, 3])
})

test('awaits promises, one at a time and in order', async () => {
  const log: string[] = []
  const slow = map(async (n: number) => {
    log.push(`begin ${n}`)
    await null
    log.push(`end ${n}`)
    return n === 2 ? undefined : n
  })
  expect(await toArray(fromIterable([1, 2, 3]).pipe(slow))).toEqual([1, 3])
  expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
})

test('a failure ends the run with the original error as cause', async () => {
  const cause = new Error('no')
  const failing = fromIterable([1, 2]).pipe(
    map((n) => {
      if (n === 2) throw cause
      return n
    }),
  )
  await expect(toArray(failing)).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'map',
    phase: 'item',
    item: 2,
    cause,
  })
  const rejecting = fromIterable([1]).pipe(map(() => Promise.reject(cause)))
  await expect(toArray(rejecting)).rejects.toMatchObject({ code: 'TERM_FAILED', cause })
})

test('an empty stream stays empty', async () => {
  expect(await toArray(fromIterable<number>([]).pipe(map((n) => n)))).toEqual([])
})

test('refuses what is no function', () => {
  expect(() => map(3 as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
