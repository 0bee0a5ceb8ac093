export * from '@millrace/core'
export {
  GraphMismatchError,
  NotAGraphModuleError,
  type SchedulerOptions,
  type Strategy,
  WorkerLostError,
} from '@millrace/scheduler'
export { run, type ScheduledRunOptions } from './run.ts'
