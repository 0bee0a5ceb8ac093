/** Run options that must make no difference to what a graph computes. For property tests. */

import type { RunOptions } from '@millrace/core'
import { type Random, seededSchedule } from '@millrace/core/testing'

/** Random batch and buffer sizes, and a random order of stages. */
export function randomOptions(random: Random): RunOptions {
  return {
    batchItems: random.pick([1, 2, 3, 7, 64, 1024]),
    edges: { capacityItems: random.pick([1, 2, 3, 16, 1000]) },
    pick: seededSchedule(random.below(1_000_000)),
  }
}
