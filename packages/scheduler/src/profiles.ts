/**
 * The profiles: named sets of defaults, in one table. Called by `placementFor`, and by `millrace` for what is no option
 * of a scheduler.
 */

import type { EdgeOptions } from '@millrace/core'
import { usableProcessors } from './governor/processors.ts'
import type { Profile, SchedulerOptions } from './options.ts'

/** What a profile sets. Everything else keeps its default. */
export interface ProfileSettings {
  readonly edges?: Readonly<Pick<EdgeOptions, 'capacityItems' | 'capacityBytes'>>
  readonly batchItems?: number
  readonly scheduler: Omit<SchedulerOptions, 'profile' | 'strategy' | 'isolation' | 'fallback'>
}

const MEBI = 2 ** 20

/** What each profile sets on a machine with so many processors. */
const profiles: Readonly<Record<Profile, (processors: number) => ProfileSettings>> = {
  // one worker per processor, which is not started anew after each lull
  cpu: (processors) => ({
    scheduler: { workers: processors, stateful: 'auto', batchMs: 16, idleTimeoutMs: 60_000 },
  }),
  // workers that wait leave their processor to others; small batches, so that many waits go on at once
  io: (processors) => ({
    edges: { capacityItems: 4096 },
    scheduler: {
      workers: 4 * processors,
      minWorkers: 1,
      adaptive: true,
      stateful: 'caller',
      batchMs: 2,
      idleTimeoutMs: 30_000,
    },
  }),
  // how much of the work waits is found out
  mixed: (processors) => ({
    scheduler: { workers: 2 * processors, minWorkers: 1, adaptive: true, stateful: 'auto', batchMs: 4 },
  }),
  // few heaps, each bounded; short queues; no state held twice
  memory: (processors) => ({
    edges: { capacityItems: 128, capacityBytes: 8 * MEBI },
    batchItems: 128,
    scheduler: {
      workers: Math.max(1, Math.floor(processors / 2)),
      stateful: 'caller',
      batchMs: 4,
      heapLimitMb: 256,
      idleTimeoutMs: 1000,
    },
  }),
}

/** What a profile sets; by default for the processors that this process may use. */
export function profileSettings(profile: Profile, processors: number = usableProcessors()): ProfileSettings {
  return profiles[profile](processors)
}

/** The options over those of their profile. What is `undefined` is not set. */
export function withProfile(options: SchedulerOptions): SchedulerOptions {
  const { profile } = options
  if (profile === undefined) return options
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...profileSettings(profile).scheduler, ...Object.fromEntries(given) }
}
