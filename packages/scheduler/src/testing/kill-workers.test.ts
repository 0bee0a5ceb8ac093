/** Goal: the test kit reaches the workers of every strategy, and ends them as a crash would. */

import { run } from '@millrace/core'
import { VirtualClock } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import labour from '../../test/fixtures/labour.mjs'
import type { SchedulerOptions } from '../options.ts'
import { placementFor } from '../placement-for.ts'
import { killWorkers, workersOf } from './index.ts'

const ITEMS = 4000
let sum = 0
const EXPECTED = Array.from({ length: ITEMS }, (_, n) => {
  sum += n
  return sum * sum
})

const start = (scheduler: SchedulerOptions) => {
  const placement = placementFor(scheduler)
  const term = labour({ items: ITEMS })
  return run(term, { batchItems: 64, ...(placement === undefined ? {} : { placement }) })
}

const recovering: readonly SchedulerOptions[] = [
  { strategy: 'pool', workers: 2, batchMs: 2 },
  { strategy: 'pool', workers: 2, batchMs: 2, stateful: 'workers' },
  { strategy: 'pool', workers: 2, batchMs: 2, isolation: 'process' },
  { strategy: 'work-stealing', workers: 2, batchMs: 2 },
]

test.each(recovering)('%o: workers that are ended cost time and nothing else', async (scheduler) => {
  const clock = new VirtualClock()
  const running = start(scheduler)
  const killer = killWorkers(running, { seed: 11, everyMs: 4, kills: 3, clock })
  let isOver = false
  const done = running.done.finally(() => {
    isOver = true
  })
  done.catch(() => {})
  while (!isOver) await clock.advance(1)
  const { results, threads } = await done
  expect(results['keep']).toEqual(EXPECTED)
  expect(killer.kills).toBe(3)
  expect(threads.health.lost).toBeGreaterThan(0)
})

test.each(['dedicated', 'hybrid'] as const)('%s: workers are reached', async (strategy) => {
  const running = start({ strategy, workers: 2 })
  const outcome = running.done.then(
    () => 'completed',
    (error: { readonly code?: string }) => error.code,
  )
  while (workersOf(running).length === 0) await new Promise(setImmediate)
  const [worker] = workersOf(running)
  worker?.kill()
  while (workersOf().some(({ id }) => id === worker?.id)) await new Promise(setImmediate)
  // whether the run survives it is told by the strategy's own tests
  expect(['completed', 'WORKER_LOST']).toContain(await outcome)
})

test('the same seed picks the same moments and ranks', async () => {
  const moments = async (seed: number): Promise<readonly number[]> => {
    const clock = new VirtualClock()
    const seen: number[] = []
    const stats = (): never => {
      seen.push(clock.now())
      return { threads: { workers: [] } } as never
    }
    const killer = killWorkers({ stats, done: new Promise(() => {}) }, { seed, clock })
    await clock.advance(1000)
    killer.stop()
    await clock.advance(1000)
    expect([clock.pending, killer.kills]).toEqual([0, 0])
    return seen
  }
  expect(await moments(1)).toEqual(await moments(1))
  expect(await moments(1)).not.toEqual(await moments(2))
  expect((await moments(1)).length).toBeGreaterThanOrEqual(3)
})
