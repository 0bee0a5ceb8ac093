/** Goal: `print` shows what was asked for and passes the item on whole. */

import { expect, test, vi } from 'vitest'
import { fromIterable, print, toArray } from '../index.ts'

test('prints with console.log, one argument each', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    expect(await toArray(fromIterable([1, 'x', null]).pipe(print()))).toEqual([1, 'x', null])
    expect(log.mock.calls).toEqual([[1], ['x'], [null]])
  } finally {
    log.mockRestore()
  }
})

test('keys and notKeys choose what is shown of records', async () => {
  const items = [{ a: 1, b: 2, c: 3 }, 7, [8]]
  const shown: unknown[] = []
  const show = (item: unknown) => shown.push(item)
  expect(await toArray(fromIterable(items).pipe(print({ keys: ['c', 'a', 'z'], print: show })))).toEqual(
    items,
  )
  expect(shown.splice(0)).toEqual([{ c: 3, a: 1 }, 7, [8]])
  await toArray(fromIterable(items).pipe(print({ notKeys: ['a'], print: show })))
  expect(shown).toEqual([{ b: 2, c: 3 }, 7, [8]])
})

test('refuses both, and a print that is no function', () => {
  expect(() => print({ keys: [], notKeys: [] })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => print({ print: 'x' as never })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
