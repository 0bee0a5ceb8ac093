/** Goal: every option of a run that is a value is a setting: whoever adds one is told to add it to `settings.ts`. */
import type { EdgeOptions, FailurePolicy, RunOptions } from '@millrace/core'
import type { Profile, SchedulerOptions, Strategy } from '@millrace/scheduler'
import { expectTypeOf } from 'vitest'
import type { liveSettings, profiles, RunConfig, strategies, TermOptions } from './settings.ts'

expectTypeOf<(typeof strategies)[number]>().toEqualTypeOf<Strategy>()
expectTypeOf<(typeof profiles)[number]>().toEqualTypeOf<Profile>()
expectTypeOf<keyof RunOptions | 'scheduler' | 'terms' | 'metrics' | 'ui'>().toEqualTypeOf<
  keyof RunConfig | keyof typeof liveSettings | 'placement' | 'settle' | 'engine'
>()
expectTypeOf<keyof EdgeOptions | keyof FailurePolicy | 'local'>().toEqualTypeOf<keyof TermOptions>()
expectTypeOf<keyof SchedulerOptions>().toEqualTypeOf<
  | 'strategy'
  | 'profile'
  | 'workers'
  | 'budget'
  | 'minWorkers'
  | 'adaptive'
  | 'batchMs'
  | 'isolation'
  | 'idleTimeoutMs'
  | 'heapLimitMb'
  | 'stateful'
  | 'fallback'
>()
