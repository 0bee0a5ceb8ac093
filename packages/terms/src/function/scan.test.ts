/** Goal: `scan` gives every prefix's fold, and no run leaves anything to the next. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, scan, toArray } from '../index.ts'

test('gives the fold of every prefix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (items) => {
      const scanned = fromIterable(items).pipe(scan((all, item) => all + item, '>'))
      const expected = items.map((_, i) => items.slice(0, i + 1).reduce((all, item) => all + item, '>'))
      expect(await toArray(scanned)).toEqual(expected)
    }),
  )
})

test('every run begins anew, also with a state that is changed in place', async () => {
  const gathered = scan((all: number[], item: number) => {
    all.push(item)
    return all
  }, [] as number[])
  const sizes = fromIterable([1, 2]).pipe(gathered)
  expect((await toArray(sizes)).at(-1)).toEqual([1, 2])
  expect((await toArray(sizes)).at(-1)).toEqual([1, 2])
})

test('undefined is no item', async () => {
  const odd = fromIterable([1, 2, 3]).pipe(
    scan((_: number | undefined, n: number) => (n % 2 === 0 ? undefined : n), 0 as number | undefined),
  )
  expect(await toArray(odd)).toEqual([1, 3])
})

test('refuses async functions and states that cannot be cloned', () => {
  expect(() => scan((async (all: number) => all) as never, 0)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
  expect(() =>
    scan(
      (all) => all,
      () => 0,
    ),
  ).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => scan((all) => all, { f: () => 0 })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
})

test('a failure names the item', async () => {
  const cause = new Error('no')
  const failing = fromIterable([7]).pipe(
    scan(() => {
      throw cause
    }, 0),
  )
  await expect(toArray(failing)).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'scan', item: 7, cause })
})
