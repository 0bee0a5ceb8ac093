/** Goal: `concat` gives the inputs one after the other, whatever runs first. */

import { parallel } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, filter, fromIterable, toArray } from '../index.ts'
import { settings } from './test/everywhere.ts'

const lists = fc.array(fc.array(fc.nat(), { maxLength: 20 }), { minLength: 1, maxLength: 4 })

test('equals Array.concat', async () => {
  await fc.assert(
    fc.asyncProperty(lists, settings(), async (all, options) => {
      // one branch alone is no row
      const sources = [...all, []].map((items) => fromIterable(items))
      expect(await toArray(parallel(...sources).pipe(concat()), options)).toEqual(all.flat())
    }),
    { numRuns: 60 },
  )
})

test('keeps the order of named ports, and of branches of one source', async () => {
  const named = parallel({ z: fromIterable([1, 2]), a: fromIterable([3]) })
  expect(await toArray(named.pipe(concat()))).toEqual([1, 2, 3])
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const halves = fromIterable(numbers).parallel(
    filter((n) => n % 2 === 0),
    filter((n) => n % 2 === 1),
  )
  expect(await toArray(halves.pipe(concat()), { edges: { capacityItems: 2 } })).toEqual([
    ...numbers.filter((n) => n % 2 === 0),
    ...numbers.filter((n) => n % 2 === 1),
  ])
})
