/** Goal: each item of `partition` leaves by exactly one port, in order. */

import { parallel, run } from '@millrace/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, fromIterable, partition } from '../index.ts'
import { REFUSED, settings } from './test/everywhere.ts'

test('equals two filters', async () => {
  const isEven = (n: number) => n % 2 === 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), settings(), async (items, options) => {
      const parts = fromIterable(items).pipe(partition(isEven))
      const [matched, others] = [collect<number>(), collect<number>()]
      const summary = await run(
        parallel(parts.port('matched').pipe(matched), parts.port('others').pipe(others)),
        options,
      ).done
      expect(summary.result(matched)).toEqual(items.filter(isEven))
      expect(summary.result(others)).toEqual(items.filter((n) => !isEven(n)))
      expect(summary.items).toMatchObject({ in: items.length, out: items.length, discarded: 0 })
    }),
    { numRuns: 30 },
  )
})

test('refuses what is no function', () => {
  expect(() => partition(3 as never)).toThrow(REFUSED)
})
