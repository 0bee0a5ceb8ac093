/** Goal: ticks come on their grid; missed ones are left out or caught up; no timer stays. */

import { run } from '@millrace/core'
import { SinkProbe, settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { interval, map, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'

test('ticks at ms, 2 ms, …', async () => {
  const clock = new VirtualClock(5)
  const got = toArray(
    interval(10).pipe(
      take(3),
      map((n) => [n, clock.now()]),
    ),
    { clock },
  )
  await clock.advance(100)
  expect(await got).toEqual([
    [0, 15],
    [1, 25],
    [2, 35],
  ])
  expect(clock.pending).toBe(0)
})

for (const missed of ['skip', 'catchUp'] as const) {
  test(`a reader that is late, missed: ${missed}`, async () => {
    const clock = new VirtualClock()
    const sink = new SinkProbe<number>()
    const running = run(interval(10, { missed }).pipe(sink), {
      clock,
      edges: { capacityItems: 1 },
      batchItems: 1,
    })
    await clock.advance(205)
    sink.request()
    await clock.advance(20)
    await running.stop()
    const all = Array.from({ length: 22 }, (_, i) => i)
    if (missed === 'catchUp') expect(sink.received).toEqual(all)
    else {
      expect(sink.received.length).toBeLessThan(10)
      expect(sink.received.slice(-2)).toEqual([20, 21])
      expect(sink.received).toEqual([...sink.received].sort((a, b) => a - b))
    }
    expect(clock.pending).toBe(0)
  })
}

test('ends in the middle of a wait', async () => {
  const clock = new VirtualClock()
  const running = run(interval(10), { clock })
  await settle()
  expect(clock.pending).toBe(1)
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(clock.pending).toBe(0)
})

test('refuses what makes no sense', () => {
  expect(() => interval(0)).toThrow(REFUSED)
  expect(() => interval(1, { missed: 'x' as never })).toThrow(REFUSED)
})
