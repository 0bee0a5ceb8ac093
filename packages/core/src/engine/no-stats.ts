/** `NO_STATS`: the figures of a run of which nothing is known yet. Read by `Run`, and by engines of runs elsewhere. */

import type { Stats } from '../stats.ts'
import { NO_THREADS } from './engine.ts'
import { failuresOf } from './failure-record.ts'
import { NO_ITEMS } from './ledger.ts'

/** Nothing has moved. */
export const NO_STATS: Omit<Stats, 'phase'> = {
  elapsedMs: 0,
  items: NO_ITEMS,
  failures: failuresOf([]),
  nodes: [],
  stages: [],
  edges: [],
  grown: 0,
  caller: { busyMs: 0, utilisation: 0 },
  threads: NO_THREADS,
}
