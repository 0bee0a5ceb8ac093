/** Goal: `constant` gives its item as often as it is said to, in time, and stops when it should. */

import { run } from '@millrace/core'
import { Random, SinkProbe, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { constant, take, toArray } from '../index.ts'
import { invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

test('gives the item count times, or without end, under any sizes', async () => {
  const item = { x: 1 }
  for (let seed = 0; seed < 20; seed++) {
    const options = randomOptions(new Random(seed))
    const items = await toArray(constant(item, { count: 50 }), options)
    expect(items).toEqual(Array(50).fill(item))
    expect(items[49]).toBe(item)
    expect(await toArray(constant(null).pipe(take(7)), options)).toEqual(Array(7).fill(null))
  }
  expect(await toArray(constant(1, { count: 0 }))).toEqual([])
})

test('in time: the first at once, then one each everyMs, and no timer is left', async () => {
  const clock = new VirtualClock()
  const sink = new SinkProbe<string>().request()
  const ticking = run(constant('tick', { everyMs: 10 }).pipe(sink), { clock })
  await clock.advance(0)
  expect(sink.received).toHaveLength(1)
  await clock.advance(29)
  expect(sink.received).toHaveLength(3)
  const { outcome } = await ticking.stop()
  expect([outcome, clock.pending]).toEqual(['stopped', 0])
})

test('is let go once nobody needs more', async () => {
  const clock = new VirtualClock()
  const items = toArray(constant('tick', { everyMs: 10 }).pipe(take(2)), { clock })
  await clock.advance(10)
  expect(await items).toEqual(['tick', 'tick'])
  expect(clock.pending).toBe(0)
})

test('refuses what makes no sense', () => {
  expect(() => constant(undefined)).toThrow(invalidOption('The item'))
  expect(() => constant(1, { count: -1 })).toThrow(invalidOption('count'))
  for (const everyMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => constant(1, { everyMs })).toThrow(invalidOption('everyMs'))
  }
})
