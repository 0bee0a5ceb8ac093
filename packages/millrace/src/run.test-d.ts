/** Goal: options of a run, and a config, can be written down apart from the call, and keep their types. */

import { expectTypeOf } from 'vitest'
import { defineConfig, type RunOptions, run } from './index.ts'
import { fromIterable } from './terms.ts'

const options = {
  scheduler: { strategy: 'pool', workers: 2 },
  edges: { capacityItems: 8, overflow: 'latest' },
  terms: { map: { local: true } },
} satisfies RunOptions
run(fromIterable([1]), options)
expectTypeOf(options.scheduler.workers).toEqualTypeOf<number>()

// @ts-expect-error: there is no such strategy
export const wrong = { scheduler: { strategy: 'pol' } } satisfies RunOptions
// @ts-expect-error: it belongs into scheduler
export const misplaced = { strategy: 'pool' } satisfies RunOptions

const config = defineConfig({ scheduler: { strategy: 'distributed' }, batchItems: 5 })
expectTypeOf(config.batchItems).toEqualTypeOf<5>()
// @ts-expect-error: a name with a slip
defineConfig({ batchItem: 5 })
