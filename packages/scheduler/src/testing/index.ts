export type { LiveWorker } from '../threads/live-workers.ts'
export * from './kill-workers.ts'
export * from './workers-of.ts'
