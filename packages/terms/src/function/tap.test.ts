/** Goal: `tap` sees every item, once, in order, and changes nothing. */

import { expect, test } from 'vitest'
import { fromIterable, tap, toArray } from '../index.ts'

test('sees every item and passes it on', async () => {
  const seen: unknown[] = []
  const tapped = fromIterable([1, null, 'x']).pipe(tap((...all: unknown[]) => seen.push(all)))
  expect(await toArray(tapped)).toEqual([1, null, 'x'])
  expect(seen).toEqual([[1], [null], ['x']])
})

test('awaits a promise before the item goes on', async () => {
  const log: string[] = []
  const tapped = fromIterable(['a', 'b']).pipe(
    tap(async (item) => {
      log.push(`begin ${item}`)
      await null
      log.push(`end ${item}`)
    }),
    tap((item) => log.push(`after ${item}`)),
  )
  await toArray(tapped)
  expect(log).toEqual(['begin a', 'end a', 'after a', 'begin b', 'end b', 'after b'])
})

test('a failure ends the run', async () => {
  const cause = new Error('no')
  const failing = fromIterable([1]).pipe(tap(() => Promise.reject(cause)))
  await expect(toArray(failing)).rejects.toMatchObject({ code: 'TERM_FAILED', term: 'tap', item: 1, cause })
})
