/** Settings that say nothing under the strategy they are set for. Called by `checkGraph`. */

import { profileSettings, type SchedulerOptions } from '@millrace/scheduler'
import type { RunConfig } from '../config/settings.ts'
import type { CommandStrategy, Remark } from './report.ts'

type Setting = Exclude<keyof SchedulerOptions, 'strategy' | 'profile'>

const BATCHES: readonly Setting[] = ['minWorkers', 'adaptive', 'batchMs', 'isolation', 'stateful']

/** What each strategy does not read. */
const UNREAD: Readonly<Record<CommandStrategy, readonly Setting[]>> = {
  inline: ['workers', 'budget', 'idleTimeoutMs', 'heapLimitMb', 'fallback', ...BATCHES],
  dedicated: ['budget', ...BATCHES],
  pool: [],
  'work-stealing': [],
  hybrid: ['budget'],
  distributed: ['workers', 'budget', 'idleTimeoutMs', 'heapLimitMb', 'fallback', ...BATCHES],
}

/** A remark for each setting of the scheduler that was set and is not read. What only a profile sets is no mistake. */
export function effectless(strategy: CommandStrategy, { scheduler = {} }: RunConfig): Remark[] {
  const { profile } = scheduler
  const given = profile === undefined ? {} : (profileSettings(profile).scheduler ?? {})
  return UNREAD[strategy].flatMap((name) => {
    const value = scheduler[name]
    if (value === undefined || value === (given as SchedulerOptions)[name]) return []
    return [
      {
        code: 'NO_EFFECT',
        message: `scheduler.${name} (${JSON.stringify(value)}) has no effect under ${strategy}.`,
      },
    ]
  })
}
