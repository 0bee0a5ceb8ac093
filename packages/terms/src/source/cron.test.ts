/** Goal: `cron` gives the times of its expression when they come, in its time zone, and leaves no timer. */

import { run } from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { cron, map, take, toArray } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'

const DAY_MS = 24 * 3600 * 1000

test('gives each time when it has come, across a change to summer time', async () => {
  const clock = new VirtualClock(Date.parse('2025-03-28T12:00:00Z'))
  const nine = cron('0 9 * * *', { timezone: 'Europe/Berlin' })
  const got = toArray(
    nine.pipe(
      take(3),
      map((at) => [new Date(at).toISOString(), clock.now() === at]),
    ),
    { clock },
  )
  await clock.advance(4 * DAY_MS)
  expect(await got).toEqual([
    ['2025-03-29T08:00:00.000Z', true],
    ['2025-03-30T07:00:00.000Z', true],
    ['2025-03-31T07:00:00.000Z', true],
  ])
  expect(clock.pending).toBe(0)
})

test('waits longer than a timer can, and ends with its timetable', async () => {
  const clock = new VirtualClock(Date.parse('2025-01-01T00:00:00Z'))
  const got = toArray(cron('2025-02-01T00:00:00', { timezone: 'UTC' }), { clock })
  await clock.advance(40 * DAY_MS)
  expect(await got).toEqual([Date.parse('2025-02-01T00:00:00Z')])
})

test('ends in the middle of a wait', async () => {
  const clock = new VirtualClock()
  const running = run(cron('0 0 1 1 *'), { clock })
  await settle()
  expect(clock.pending).toBe(1)
  await running.stop()
  expect(clock.pending).toBe(0)
})

test('refuses what croner does not understand', () => {
  for (const expression of ['x', '99 * * * *', 3 as never]) expect(() => cron(expression)).toThrow(REFUSED)
  expect(() => cron('* * * * *', { timezone: 'Moon/Base' })).toThrow(REFUSED)
})
