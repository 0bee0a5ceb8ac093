/** Goal: a dead letter that comes again, because its part began anew, is heard once. */

import { expect, test } from 'vitest'
import { LetterCounts } from './letter-counts.ts'

test('what came after the snapshot is known, once for each time that the node begins anew', () => {
  const counts = new LetterCounts()
  expect([1, 2, 3].map(() => counts.accept('a'))).toEqual([true, true, true])
  counts.resume('a', 1)
  expect([2, 3, 4].map(() => counts.accept('a'))).toEqual([false, false, true])
  counts.resume('a', 0)
  expect([1, 2].map(() => counts.accept('a'))).toEqual([false, false])
  counts.resume('a', 2)
  expect([3, 4, 5].map(() => counts.accept('a'))).toEqual([false, false, true])
  expect(counts.accept('b')).toBe(true)
})
