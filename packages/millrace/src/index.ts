/**
 * Composing terms, running them, and what a run tells: figures, errors, checkpoints, configuration.
 *
 * @module millrace
 */

export * from '@millrace/core'
export {
  BundledError,
  GraphMismatchError,
  NotAGraphModuleError,
  type Profile,
  type SchedulerOptions,
  type Strategy,
  TooFewFilesError,
  TooManyTermsError,
  WorkerLostError,
} from '@millrace/scheduler'
export type { CheckpointConfig } from './checkpoint/checkpoint-config.ts'
export type { RunCheckpointOptions } from './checkpoint/checkpoint-option.ts'
export { FileStore } from './checkpoint/file-store.ts'
export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareStrategies,
  type Difference,
} from './compare/compare-strategies.ts'
export { type ConfigFile, defineConfig } from './config/define-config.ts'
export type { RunConfig, TermOptions } from './config/settings.ts'
export type { DistributedOptions } from './distributed/options.ts'
export { isMain } from './is-main.ts'
export { type MetricsHandlerOptions, metricsHandler, type RequestHandler } from './metrics/handler.ts'
export { isOwnHost, type MetricsOptions } from './metrics/server.ts'
export {
  run,
  type ScheduledRunOptions,
  type ScheduledRunOptions as RunOptions,
  type SurveyOptions,
  surveyRun,
} from './run.ts'
export type { RunUiOptions } from './ui/attach.ts'
export { type FiguresOfRun, type SlowState, type WhySlow, whySlow } from './why-slow.ts'
