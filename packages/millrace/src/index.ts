export * from '@millrace/core'
export {
  GraphMismatchError,
  NotAGraphModuleError,
  type Profile,
  type SchedulerOptions,
  type Strategy,
  WorkerLostError,
} from '@millrace/scheduler'
export type { TermOptions } from './config/settings.ts'
export { run, type ScheduledRunOptions } from './run.ts'
