export type { PushOptions, PushOverflow } from '../interop/push-queue.ts'
export * from './from-observable.ts'
export * from './rx.ts'
export * from './to-observable.ts'
