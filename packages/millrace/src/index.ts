export * from '@millrace/core'
export {
  GraphMismatchError,
  NotAGraphModuleError,
  type Profile,
  type SchedulerOptions,
  type Strategy,
  WorkerLostError,
} from '@millrace/scheduler'
export type { CheckpointConfig, RunCheckpointOptions } from './checkpoint/checkpoint-option.ts'
export { FileStore } from './checkpoint/file-store.ts'
export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareStrategies,
  type Difference,
} from './compare/compare-strategies.ts'
export type { TermOptions } from './config/settings.ts'
export { isMain } from './is-main.ts'
export { run, type ScheduledRunOptions } from './run.ts'
