// Goal: a small share of the liveness script: runs settle, and idle workers hold no process for as long as they would stay.

import { beforeAll, expect, test } from 'vitest'
import { play, preparePrograms } from './play.ts'

beforeAll(preparePrograms)

/** Idle workers stay for ten seconds; a machine may be slow. */
const END_MS = 8000
const few = { programs: 2, perProcess: 2, atOnce: 1, endMs: END_MS }

test.each([
  ['failing-map', 'pool'],
  ['failing-map', 'work-stealing'],
  ['two-runs', 'pool'],
  ['two-runs', 'work-stealing'],
  ['ends-early', 'pool'],
  ['ends-early', 'work-stealing'],
  ['stuck-return', 'dedicated'],
  ['stuck-return', 'hybrid'],
  ['stuck-hooks', 'dedicated'],
  ['stuck-hooks', 'hybrid'],
])('%s under %s', async (file, strategy) => {
  expect(await play(file, strategy, few)).toEqual([])
})
