/** Goal: `skip` is Array.slice, `skipWhile` leaves out the longest beginning. */

import { expect, test } from 'vitest'
import { skip, skipWhile } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('skip equals Array.slice(n)', async () => {
  for (const n of [0, 1, 5, 100]) {
    await expectEverywhere(
      () => skip(n),
      (items) => items.slice(n),
    )
  }
})

test('skipWhile passes everything from the first item that does not match', async () => {
  await expectEverywhere(
    () => skipWhile((n) => n < 5),
    (items) => (items.some((n) => n >= 5) ? items.slice(items.findIndex((n) => n >= 5)) : []),
  )
})

test('refuse what makes no sense', () => {
  for (const count of [-1, 0.5, '3' as never]) expect(() => skip(count)).toThrow(REFUSED)
  expect(() => skipWhile((async () => true) as never)).toThrow(REFUSED)
})
