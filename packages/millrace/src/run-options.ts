/** `ScheduledRunOptions`: what `run` can be told. */

import type { RunOptions } from '@millrace/core'
import type { SchedulerOptions } from '@millrace/scheduler'
import type { RunCheckpointOptions } from './checkpoint/checkpoint-option.ts'
import type { TermOptions } from './config/settings.ts'
import type { DistributedOptions } from './distributed/options.ts'
import type { MetricsOptions } from './metrics/server.ts'
import type { RunUiOptions } from './ui/attach.ts'

/** Options of `run`: core's, the scheduler's, and those of single terms. Files and the environment are not read. */
export interface ScheduledRunOptions
  extends Omit<RunOptions, 'placement' | 'checkpoint' | 'settle' | 'engine'> {
  /**
   * Saves the run now and then, so that the same call goes on from there if the process dies: under inline, pool and
   * work-stealing. Default: never. See docs/checkpoints.md.
   */
  readonly checkpoint?: RunCheckpointOptions
  /**
   * Serves `/metrics` in Prometheus' format, `/livez` and `/readyz` (503 before the start and while the run drains) until the
   * run has ended; keeps no process alive. `true` is port 9464 of 127.0.0.1. Default: no server.
   */
  readonly metrics?: true | MetricsOptions
  /** Where the terms run: on threads, or on hosts. Default: on the caller's thread. */
  readonly scheduler?: SchedulerOptions | DistributedOptions
  /**
   * Settings of single terms for this run, by their name or by a glob (`*`, `?`); they win over the graph's own. Where
   * several match, the later one wins, setting by setting.
   */
  readonly terms?: Readonly<Record<string, TermOptions>>
  /**
   * Serves a page that shows the run, on this machine; its address is printed. `true`, or how to serve it. A run whose page
   * cannot be served is cancelled, with the reason. Default false. See docs/watching.md.
   */
  readonly ui?: boolean | RunUiOptions
}
