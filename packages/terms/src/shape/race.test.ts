/** Goal: `race` passes one input whole, the first to give an item, and reads on the others. */

import { parallel, run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filter, fromIterable, race, toArray } from '../index.ts'
import { settings } from './test/everywhere.ts'

test('the first to give an item wins; the others are read and left out', async () => {
  const [slow, quick] = [new SourceProbe<string>('slow'), new SourceProbe<string>('quick')]
  const sink = new SinkProbe<string>()
  const { done } = run(parallel({ slow, quick }).pipe(race(), sink))
  sink.request()
  await settle()
  quick.send('q1')
  await settle()
  slow.send('s1', 's2')
  quick.send('q2')
  await settle()
  expect(slow.given).toBe(2)
  quick.end()
  await done
  expect(sink.received).toEqual(['q1', 'q2'])
  expect(slow.closed).toBe(true)
})

test('an input that ends without an item does not win; if none has one, nothing comes', async () => {
  expect(await toArray(parallel(fromIterable<number>([]), fromIterable([1, 2])).pipe(race()))).toEqual([1, 2])
  expect(await toArray(parallel(fromIterable<number>([]), fromIterable<number>([])).pipe(race()))).toEqual([])
})

test('the winner is whole, also where both come from one source', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), settings(), async (items, options) => {
      const isEven = (n: number) => n % 2 === 0
      const branches = fromIterable(items).parallel(
        filter(isEven),
        filter((n) => !isEven(n)),
      )
      const got = await toArray(branches.pipe(race()), options)
      expect([items.filter(isEven), items.filter((n) => !isEven(n))]).toContainEqual(got)
      expect(got.length > 0 || items.length === 0).toBe(true)
    }),
    { numRuns: 40 },
  )
})
