import { preloadInWorkers } from '@millrace/scheduler'

export * from '@millrace/terms'

preloadInWorkers(import.meta.url)
