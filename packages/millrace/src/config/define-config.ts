/** `defineConfig`: the types of a config, for `millrace.config.ts` and `.js`. Called by users. */

import type { SchedulerOptions } from '@millrace/scheduler'
import type { commandStrategies, RunConfig } from './settings.ts'

/** What a config file may hold: options of `run`, and the strategy that only commands have. */
export interface ConfigFile extends Omit<RunConfig, 'scheduler'> {
  readonly scheduler?: Omit<SchedulerOptions, 'strategy'> & {
    readonly strategy?: (typeof commandStrategies)[number]
  }
}

/**
 * Gives a config its types, and returns it as it is: an editor then completes names and values, and says what they may be. It
 * is checked when a command reads it. In JSON and YAML the schema of `millrace config --schema` does the same.
 *
 * @example
 * ```ts file=millrace.config.ts
 * import { defineConfig } from 'millrace'
 *
 * export default defineConfig({
 *   edges: { capacityItems: 256 },
 *   scheduler: { strategy: 'pool', workers: 2 },
 *   terms: { 'sketch*': { local: true } },
 * })
 * ```
 */
export function defineConfig<const Config extends ConfigFile>(config: Config): Config {
  return config
}
