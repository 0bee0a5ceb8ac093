/** Goal: rows pass as they are, or united in one record in which later streams win. */

import { parallel } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, mergeToSingleStream, toArray } from '../index.ts'
import { badInput } from '../test/failing.ts'

const records = fc.array(
  fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.integer(), { noNullPrototype: true }),
)

test('gives complete rows; combined, later streams win', async () => {
  await fc.assert(
    fc.asyncProperty(records, records, async (a, b) => {
      const rows = a.slice(0, b.length).map((item, i) => ({ a: item, b: b[i] as object }))
      const both = () => parallel({ a: fromIterable(a), b: fromIterable(b) })
      expect(await toArray(both().pipe(mergeToSingleStream()))).toEqual(rows)
      expect(await toArray(both().pipe(mergeToSingleStream({ combine: true })))).toEqual(
        rows.map((row) => ({ ...row.a, ...row.b })),
      )
    }),
    { numRuns: 50 },
  )
})

test('rows of unnamed streams combine by position', async () => {
  const both = parallel(fromIterable([{ x: 1, y: 1 }]), fromIterable([{ y: 2 }]))
  expect(await toArray(both.pipe(mergeToSingleStream({ combine: true })))).toEqual([{ x: 1, y: 2 }])
})

test('what is no record cannot be combined', async () => {
  const both = parallel({ a: fromIterable([1]), b: fromIterable([{ y: 2 }]) })
  await expect(toArray(both.pipe(mergeToSingleStream({ combine: true })))).rejects.toEqual(
    badInput('mergeToSingleStream', 'takes plain records, but got 1'),
  )
})
