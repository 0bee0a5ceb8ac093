/** Goal: `conflate` never holds its input back, unites only what there is no room for, and loses nothing of it. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conflate, fromIterable, map, toArray } from '../index.ts'
import { REFUSED, settings } from './../shape/test/everywhere.ts'

test('what is united is all there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat()), settings(), async (items, options) => {
      const lists = fromIterable(items).pipe(
        map((n) => [n]),
        conflate((held, item) => [...held, ...item]),
        map(async (list) => list),
      )
      expect((await toArray(lists, options)).flat()).toEqual(items)
    }),
    { numRuns: 40 },
  )
})

test('takes everything while the reader is busy; gives the newest', async () => {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>().edge({ capacityItems: 1 })]
  const running = run(source.pipe(conflate(), sink))
  await settle()
  for (let n = 0; n < 50; n++) source.send(n)
  await settle()
  expect(source.given).toBe(50)
  source.end()
  sink.request()
  await running.done
  expect(sink.received.at(-1)).toBe(49)
  expect(sink.received.length).toBeLessThan(6)
})

test('unites with the function what there is no room for', async () => {
  const [source, sink] = [new SourceProbe<number>(), new SinkProbe<number>().edge({ capacityItems: 1 })]
  const running = run(
    source.pipe(
      conflate((a: number, b) => a + b),
      sink,
    ),
  )
  await settle()
  for (let n = 1; n <= 50; n++) source.send(n)
  await settle()
  source.end()
  sink.request()
  await running.done
  expect(sink.received.length).toBeLessThan(6)
  expect(sink.received.reduce((a, b) => a + b)).toBe(1275)
})

test('unites nothing while there is room', async () => {
  const numbers = Array.from({ length: 500 }, (_, i) => i)
  expect(await toArray(fromIterable(numbers).pipe(conflate()))).toEqual(numbers)
})

test('a cancel while it waits for room; a failing function', async () => {
  const sink = new SinkProbe<number>().edge({ capacityItems: 1 })
  const running = run(fromIterable([1, 2, 3, 4]).pipe(conflate(), sink))
  await settle()
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(() => conflate(3 as never)).toThrow(REFUSED)
})
