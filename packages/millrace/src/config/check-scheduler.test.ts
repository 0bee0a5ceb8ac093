// Options of one strategy are refused under the others, by `run` and before anything starts.

import { expect, test } from 'vitest'
import { run, surveyRun } from '../run.ts'
import { fromIterable } from '../terms.ts'
import { mistakesInScheduler } from './check-scheduler.ts'

test.for([
  [{ strategy: 'pool', hosts: 3 }, 'scheduler.hosts does not go with strategy "pool".'],
  [{ servers: ['nats://a'] }, 'scheduler.servers does not go with strategy "inline".'],
  [{ strategy: 'distributed', workers: 4 }, 'scheduler.workers does not go with strategy "distributed".'],
] as const)('%j', ([scheduler, line]) => {
  expect(mistakesInScheduler(scheduler)).toEqual([expect.stringContaining(line)])
  expect(() => run(fromIterable([1]), { scheduler: scheduler as object })).toThrow(line)
})

test('what goes with its strategy is no mistake', () => {
  expect(mistakesInScheduler({ strategy: 'pool', workers: 2 })).toEqual([])
  expect(mistakesInScheduler({ strategy: 'distributed', hosts: 2, run: 'nightly' })).toEqual([])
  expect(mistakesInScheduler(undefined)).toEqual([])
})

test('a list of servers has one at least', () => {
  const scheduler = { strategy: 'distributed', servers: [] } as const
  expect(() => run(fromIterable([1]), { scheduler })).toThrow('scheduler.servers must be a list of texts')
})

test('a survey says what shows the tasks of hosts', async () => {
  const scheduler = { strategy: 'distributed' } as object
  await expect(surveyRun(fromIterable([1]), { scheduler })).rejects.toThrow('millrace check MODULE')
})
