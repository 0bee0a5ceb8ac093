/** Goal: `addIndex` numbers the records of each run from the same start, whatever the sizes of batches. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addIndex, fromIterable, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

test('numbers records in order, in every run anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(50), fc.integer(), fc.integer(), async (count, first, seed) => {
      const items = Array.from({ length: count }, (_, i) => ({ at: i * i, index: 'old' }))
      const numbered = fromIterable(items).pipe(addIndex('index', first))
      const expected = items.map((item, i) => ({ ...item, index: first + i }))
      expect(await toArray(numbered, randomOptions(new Random(seed)))).toEqual(expected)
      expect(await toArray(numbered)).toEqual(expected)
      expect(items.every(({ index }) => index === 'old')).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('refuses other keys than strings, and starts that are no whole numbers', async () => {
  expect(() => addIndex(1 as never)).toThrow(invalidOption('key'))
  expect(() => addIndex('n', 0.5)).toThrow(invalidOption('first'))
  await expect(toArray(fromIterable(['x' as never]).pipe(addIndex()))).rejects.toEqual(
    badInput('addIndex', 'takes plain records, but got "x"'),
  )
})
