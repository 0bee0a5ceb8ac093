/** How the terms are compared with a plain recomputation: on random items, under settings that must not matter. */

import type { RunOptions, Term } from '@millrace/core'
import { seededSchedule } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect } from 'vitest'
import { fromIterable, map, toArray } from '../../index.ts'

/** Settings that must make no difference to what a graph computes. */
export function settings(): fc.Arbitrary<RunOptions> {
  return fc
    .record({
      batchItems: fc.constantFrom(1, 2, 3, 64),
      capacityItems: fc.constantFrom(1, 2, 5, 64),
      seed: fc.nat(),
    })
    .map(({ batchItems, capacityItems, seed }) => ({
      batchItems,
      edges: { capacityItems },
      pick: seededSchedule(seed),
    }))
}

/** Fails unless `term`, between two other terms, makes of any items what `plain` makes of the array of them. */
export async function expectEverywhere<Out>(
  term: () => Term<number, Out>,
  plain: (items: readonly number[]) => readonly unknown[],
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 30 }), settings(), async (items, options) => {
      const before = map(async (n: number) => n)
      const got = await toArray(fromIterable(items).pipe(before, term()), options)
      expect(got).toEqual(plain(items))
    }),
    { numRuns: 60 },
  )
}

/** The endless stream 0, 1, 2, …; `closed` tells whether it was let go. */
export function naturals(): { source: () => Generator<number>; closed: () => boolean } {
  let closed = false
  function* source() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      closed = true
    }
  }
  return { source, closed: () => closed }
}

/** What a refused option is expected to throw. */
export const REFUSED = expect.objectContaining({ code: 'INVALID_OPTION' })
