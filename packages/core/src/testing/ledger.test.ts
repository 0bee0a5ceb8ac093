// The ledger check accepts what adds up and tells what does not.

import { expect, test } from 'vitest'
import type { Ledger } from '../stats.ts'
import { checkLedger, isBalanced } from './ledger.ts'

const NOTHING: Ledger = {
  in: 0,
  copied: 0,
  expanded: 0,
  out: 0,
  filtered: 0,
  joined: 0,
  dropped: 0,
  deadLettered: 0,
  unmatched: 0,
  discarded: 0,
}

test('balanced is what arrived equals what is gone', () => {
  expect(isBalanced(NOTHING)).toBe(true)
  expect(isBalanced({ ...NOTHING, in: 3, copied: 1, out: 2, filtered: 1, joined: 1 })).toBe(true)
  expect(isBalanced({ ...NOTHING, in: 3 })).toBe(false)
  expect(isBalanced({ ...NOTHING, in: 3, discarded: 3 })).toBe(true)
  expect(isBalanced({ ...NOTHING, expanded: -1, filtered: -1 })).toBe(false)
})

test('checkLedger names the figures', () => {
  expect(() => checkLedger({ items: { ...NOTHING, in: 2, out: 1 } })).toThrow(
    expect.objectContaining({
      code: 'UNBALANCED',
      message: expect.stringContaining('2 arrived, 1 are accounted for (in 2,'),
    }),
  )
  expect(() => checkLedger({ items: { ...NOTHING, in: 1, discarded: 1 } })).toThrow('discarded 1')
})
