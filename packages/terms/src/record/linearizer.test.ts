/** Goal: every item of every stream once, in the order of its stream, with its name if wanted. */

import { parallel } from '@millrace/core'
import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, linearizer, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

test('keeps every item and the order per stream, under any schedule', async () => {
  const items = fc.array(fc.integer(), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(items, items, fc.integer(), async (a, b, seed) => {
      const streams = () => parallel({ a: fromIterable(a), b: fromIterable(b) })
      const options = randomOptions(new Random(seed))
      const tagged = await toArray(streams().pipe(linearizer({ info: true })), options)
      expect(tagged.filter(({ name }) => name === 'a').map(({ data }) => data)).toEqual(a)
      expect(tagged.filter(({ name }) => name === 'b').map(({ data }) => data)).toEqual(b)
      const plain = await toArray(streams().pipe(linearizer()), options)
      expect(plain.sort()).toEqual([...a, ...b].sort())
    }),
    { numRuns: 50 },
  )
})

test('bears its name in the graph', () => {
  expect(String(linearizer())).toBe('Term(linearizer)')
})
