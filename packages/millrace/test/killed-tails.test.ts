/**
 * Goal: a file that is followed is read once, whatever workers die: those that take its rows are replaced, and the run
 * goes on; where the tail itself is on a worker, its death ends the run, which says so.
 */

import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { workersOf } from '@millrace/scheduler/testing'
import { run, type SchedulerOptions } from 'millrace'
import { expect, test } from 'vitest'
import followed from './fixtures/followed.ts'
import { temporaryFolder } from './temporary-folder.ts'

const PART = 200
const PARTS = 3

type Place = SchedulerOptions

/** Grows a file as a run follows it, and ends a worker, or all, in the middle of each part. */
async function follow(scheduler: Place, atOnce = 1) {
  const file = join(temporaryFolder({ 'a.csv': 'n,text\n' }), 'a.csv')
  let written = 0
  const grow = (): void => {
    const rows = Array.from({ length: PART }, (_, i) => `${written + i},"of two\nlines é"\n`)
    written += PART
    appendFileSync(file, rows.join(''))
  }
  grow()
  const running = run(followed({ file }), { batchItems: 50, scheduler: { fallback: 'share', ...scheduler } })
  const seen: unknown[] = []
  let kills = 0
  for await (const item of running.output()) {
    seen.push(item)
    if (seen.length % PART === PART / 2) {
      for (const worker of workersOf(running).slice(0, atOnce)) {
        worker.kill()
        kills++
      }
    }
    if (seen.length < written) continue
    if (written === PART * PARTS) break
    grow()
  }
  return { seen, kills, done: running.done }
}

test.each<Place>([
  { strategy: 'pool', workers: 2 },
  { strategy: 'pool', workers: 1, isolation: 'process', stateful: 'workers' },
  { strategy: 'work-stealing', workers: 2, stateful: 'workers' },
])('%j: each row once, in order', async (scheduler) => {
  const { seen, kills, done } = await follow(scheduler)
  let sum = 0
  expect(seen).toEqual(
    Array.from({ length: PART * PARTS }, (_, n) => ({ n, sum: (sum += n), text: 'OF TWO\nLINES É' })),
  )
  expect(kills).toBeGreaterThan(0)
  await done
})

test.each<Place>([
  { strategy: 'dedicated', workers: 1 },
  { strategy: 'hybrid', workers: 1 },
])('%j: the tail ends with its worker, and the run says so', async (scheduler) => {
  await expect(follow(scheduler, Number.POSITIVE_INFINITY)).rejects.toMatchObject({ code: 'WORKER_LOST' })
})
