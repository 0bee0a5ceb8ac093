/** Goal: `deduplicate` passes the first of each key, and forgets as documented. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deduplicate, fromIterable, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

test('passes the first of each key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 })), fc.nat(), async (items, seed) => {
      const unique = fromIterable(items).pipe(deduplicate((n) => n))
      expect(await toArray(unique, randomOptions(new Random(seed)))).toEqual([...new Set(items)])
    }),
  )
})

test('remembers as many keys, and for as long, as it is told', async () => {
  const item = fc.record({ id: fc.nat({ max: 6 }), at: fc.nat({ max: 60 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (items, maxKeys, forMs) => {
        const expected: typeof items = []
        let memory: { id: number; at: number }[] = []
        let latest = Number.NEGATIVE_INFINITY
        for (const { id, at } of items) {
          latest = Math.max(latest, at)
          memory = memory.filter((passed) => latest - passed.at < forMs)
          if (memory.some((passed) => passed.id === id)) continue
          memory = [...memory.slice(memory.length >= maxKeys ? 1 : 0), { id, at: latest }]
          expected.push({ id, at })
        }
        const unique = deduplicate(({ id }: { id: number }) => id, {
          maxKeys,
          forMs,
          time: ({ at }: any) => at,
        })
        expect(await toArray(fromIterable(items).pipe(unique))).toEqual(expected)
      },
    ),
  )
})

test('refuses options out of range', () => {
  for (const options of [{ maxKeys: 0 }, { forMs: 0 }, { time: 3 as never }]) {
    expect(() => deduplicate((n: number) => n, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  }
})
