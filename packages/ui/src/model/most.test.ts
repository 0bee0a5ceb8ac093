/** Goal: the first few are those that a sort would give. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { most } from './most.ts'

test('the same as a stable sort, cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.integer({ min: 1, max: 8 }), (weights, limit) => {
      const items = weights.map((weight, at) => ({ weight, at }))
      const sorted = items.toSorted((a, b) => b.weight - a.weight).slice(0, limit)
      expect(most(items, ({ weight }) => weight, limit)).toEqual(sorted)
    }),
  )
})
