/** Goal: durations do not depend on the wall clock: it may be set forward or back by a day at any time. */

import { type Context, FunctionTerm, run, type Term } from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import { debounceTime } from 'rxjs'
import { describe, expect, test } from 'vitest'
import {
  audit,
  buffer,
  cron,
  debounce,
  deduplicate,
  delay,
  fromIterable,
  interval,
  keyedReduce,
  map,
  mapAsync,
  rateLimit,
  sample,
  spawnBy,
  take,
  throttle,
  timeout,
  toArray,
  tumblingWindow,
  withHistory,
} from '../index.ts'
import { rxTimed } from '../rx/index.ts'
import { type At, inVirtualTime } from './test/in-virtual-time.ts'

const DAY_MS = 86_400_000
const ITEMS: readonly At<number>[] = [
  [0, 1],
  [3, 2],
  [10, 1],
  [11, 3],
  [40, 1],
  [42, 4],
  [95, 2],
]

class Slept extends FunctionTerm<number, number> {
  override async f(n: number, ctx: Context<unknown, number>): Promise<number> {
    await ctx.sleep(4)
    return n
  }
}

const slow = mapAsync((n: number) => (n === 3 ? new Promise<number>(() => undefined) : Promise.resolve(n)))

const terms: Readonly<Record<string, () => Term<number, unknown>>> = {
  audit: () => audit(5),
  buffer: () => buffer({ maxMs: 12 }),
  'circuit of a policy': () =>
    map((n: number) => {
      if (n === 1) throw new RangeError('small')
      return n
    }).onFailure({ onError: 'skip', circuit: { failures: 1, windowMs: 5 } }),
  debounce: () => debounce(5),
  deduplicate: () => deduplicate((n: number) => n, { forMs: 20 }),
  delay: () => delay(7),
  keyedReduce: () =>
    keyedReduce(
      (n: number) => n,
      (sum: number) => sum + 1,
      0,
      { idleMs: 20 },
    ),
  'pauses of a policy': () => {
    let calls = 0
    return map((n: number) => {
      if (calls++ % 2 === 0) throw new RangeError('each second time')
      return n
    }).onFailure({ retry: { attempts: 1, delayMs: 6, jitter: 0 } })
  },
  rateLimit: () => rateLimit({ items: 1, perMs: 15 }),
  rxTimed: () => rxTimed((scheduler) => debounceTime<number>(5, scheduler)),
  sample: () => sample(8),
  sleep: () => new Slept(),
  spawnBy: () =>
    spawnBy(
      (n: number) => n,
      () => buffer<number>({ maxItems: 9 }),
      { idleMs: 15 },
    ),
  'time limit of a call': () => slow.onFailure({ timeoutMs: 9, onError: 'skip' }),
  timeout: () => timeout(60),
}

describe.each([-DAY_MS, DAY_MS])('a wall clock that is set by %d ms after each item', (jumpMs) => {
  test.each(Object.entries(terms))('%s: the same items leave at the same times', async (_, make) => {
    const expected = await inVirtualTime(make(), ITEMS, 100)
    expect(expected.length).toBeGreaterThan(0)
    expect(await inVirtualTime(make(), ITEMS, 100, jumpMs)).toEqual(expected)
  })

  test('windows in processing time keep their length and their order', async () => {
    const window = () => tumblingWindow<number>({ sizeMs: 10 }).pipe(map(({ value }) => value))
    const expected = await inVirtualTime(window(), ITEMS, 100)
    expect(await inVirtualTime(window(), ITEMS, 100, jumpMs)).toEqual(expected)
  })

  test('interval ticks on', async () => {
    const clock = new VirtualClock(DAY_MS)
    const ticks = toArray(
      interval(10).pipe(
        take(3),
        map((n) => [n, clock.monotonic()]),
      ),
      { clock },
    )
    await clock.advance(5)
    clock.jump(jumpMs)
    await clock.advance(50)
    expect(await ticks).toEqual([
      [0, 10],
      [1, 20],
      [2, 30],
    ])
  })

  test('statistics come each so many ms', async () => {
    const clock = new VirtualClock(DAY_MS)
    const running = run(interval(1000), { clock, statsEveryMs: 10 })
    let told = 0
    running.on('stats', () => told++)
    await settle()
    clock.jump(jumpMs)
    await clock.advance(50)
    await running.cancel().catch(() => undefined)
    await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(told).toBe(5)
  })
})

test('what goes by the time of the source is not starved by a clock that is set back', async () => {
  const passed = await inVirtualTime(throttle<number>(8), ITEMS, 100, -DAY_MS)
  expect(passed.map(([, n]) => n)).toEqual([1, 2, 1, 3, 1, 4, 2])
  const kept = withHistory<number, number>({ ms: 8 }, (_, { length }) => length)
  expect((await inVirtualTime(kept, ITEMS, 100, -DAY_MS)).map(([, n]) => n)).toEqual([1, 1, 1, 1, 1, 1, 1])
})

test('cron goes by the wall clock: it follows when that is set while it waits', async () => {
  const clock = new VirtualClock(Date.parse('2025-03-01T08:00:00Z'))
  const given: [string, string][] = []
  const note = map((at: number) => {
    given.push([new Date(at).toISOString(), new Date(clock.now()).toISOString()])
  })
  const running = run(cron('0 9 * * *', { timezone: 'UTC' }).pipe(note), { clock })
  await clock.advance(60_000)
  clock.jump(DAY_MS / 24)
  await clock.advance(60_000)
  clock.jump(-10 * DAY_MS)
  await clock.advance(DAY_MS)
  await running.stop()
  expect(given).toEqual([
    ['2025-03-01T09:00:00.000Z', '2025-03-01T09:02:00.000Z'],
    ['2025-02-20T09:00:00.000Z', '2025-02-20T09:00:00.000Z'],
  ])
})

test('waits longer than a timer of Node can are whole', async () => {
  const clock = new VirtualClock()
  const got = toArray(fromIterable([1, 2]).pipe(delay(30 * DAY_MS)), { clock })
  await clock.advance(29 * DAY_MS)
  expect(clock.pending).toBeGreaterThan(0)
  await clock.advance(DAY_MS)
  expect(await got).toEqual([1, 2])
})
