/** Goal: `delay` shifts items in time, holds a bounded number, keeps the order, and leaves no timer. */

import { run } from '@millrace/core'
import { SinkProbe, SourceProbe, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { delay, fromIterable, toArray } from '../index.ts'
import { invalidOption } from '../test/failing.ts'

test('each item leaves delayMs after it came', async () => {
  const clock = new VirtualClock()
  const source = new SourceProbe<string>()
  const sink = new SinkProbe<string>().request()
  const { done } = run(source.pipe(delay(100), sink), { clock })
  source.send('a')
  await clock.advance(60)
  source.send('b')
  await clock.advance(39)
  expect(sink.received).toEqual([])
  await clock.advance(1)
  expect(sink.received).toEqual(['a'])
  source.end()
  await clock.advance(60)
  expect(sink.received).toEqual(['a', 'b'])
  await done
  expect(clock.pending).toBe(0)
})

test('with maxItems 1, items wait one after another', async () => {
  const clock = new VirtualClock()
  const items = toArray(fromIterable([1, 2, 3]).pipe(delay(10, { maxItems: 1 })), { clock })
  await clock.advance(29)
  expect(clock.pending).toBe(1)
  await clock.advance(1)
  expect([await items, clock.now()]).toEqual([[1, 2, 3], 30])
})

test('no more than maxItems are held', async () => {
  const clock = new VirtualClock()
  const items = toArray(fromIterable(Array(100).keys()).pipe(delay(10, { maxItems: 7 })), { clock })
  await clock.advance(1)
  expect(clock.pending).toBe(7)
  await clock.advance(10 * 100)
  expect(await items).toEqual([...Array(100).keys()])
})

test('a cancelled run leaves no timer', async () => {
  const clock = new VirtualClock()
  const waiting = run(fromIterable([1, 2]).pipe(delay(1000)), { clock })
  await clock.advance(1)
  expect(clock.pending).toBe(2)
  await waiting.cancel('enough')
  expect(clock.pending).toBe(0)
  await expect(waiting.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('refuses delays and bounds that make no sense', () => {
  for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]) {
    expect(() => delay(ms)).toThrow(invalidOption('delayMs'))
  }
  expect(() => delay(1, { maxItems: 0 })).toThrow(invalidOption('maxItems'))
})
