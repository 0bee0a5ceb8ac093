/** Goal: the heap gives its entries sorted, whatever the order of adding and taking. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entry, popEntry, pushEntry } from './heap.ts'

test('gives the least entry of those it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 }))), (steps) => {
      const heap: Entry[] = []
      const held: Entry[] = []
      steps.forEach((at, seq) => {
        if (at !== null) {
          pushEntry(heap, { at, seq })
          held.push({ at, seq })
        } else if (held.length > 0) {
          held.sort((a, b) => a.at - b.at || a.seq - b.seq)
          expect(popEntry(heap)).toEqual(held.shift())
        }
      })
      held.sort((a, b) => a.at - b.at || a.seq - b.seq)
      expect(held.map(() => popEntry(heap))).toEqual(held)
    }),
  )
})
