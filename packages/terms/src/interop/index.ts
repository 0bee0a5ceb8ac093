export * from './from-events.ts'
export type { PushOptions, PushOverflow } from './push-queue.ts'
export { type AnyTransform, through } from './through.ts'
export * from './to-readable.ts'
