/**
 * What a config file may say. Each message says what is allowed; `explain.ts` adds the path and what was seen.
 *
 * Options of further parts of a run are added here as further fields, with schemas of their own.
 */

import { z } from 'zod'

const whole = () => {
  const allowed = 'a whole number, at least 1'
  return z.int(allowed).min(1, allowed)
}

const overflows = ['block', 'dropOldest', 'dropNewest', 'latest', 'fail'] as const

const edges = z.strictObject(
  {
    capacityItems: z.exactOptional(whole()),
    capacityBytes: z.exactOptional(whole()),
    overflow: z.exactOptional(z.enum(overflows, `one of ${overflows.join(', ')}`)),
  },
  'a record',
)

const strategies = ['inline', 'pool'] as const

const scheduler = z.strictObject(
  {
    strategy: z.exactOptional(z.enum(strategies, `one of ${strategies.join(', ')}`)),
    workers: z.exactOptional(whole()),
    isolation: z.exactOptional(z.enum(['thread', 'process'], 'one of thread, process')),
    idleTimeoutMs: z.exactOptional(whole()),
    heapLimitMb: z.exactOptional(whole()),
    fallback: z.exactOptional(z.enum(['refuse', 'inline'], 'one of refuse, inline')),
  },
  'a record',
)

/** The options of a run that are values. Its signal, clock and listeners are the command line's own affair. */
export const runConfigSchema = z.strictObject(
  {
    edges: z.exactOptional(edges),
    batchItems: z.exactOptional(whole()),
    growthLimitItems: z.exactOptional(whole()),
    scheduler: z.exactOptional(scheduler),
  },
  'a record of options',
)

/** What a config file holds. */
export type RunConfig = z.infer<typeof runConfigSchema>
