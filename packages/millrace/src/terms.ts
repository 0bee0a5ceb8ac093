/**
 * Sources, functions, windows, joins, sinks: all terms, by what they are for.
 *
 * @module millrace/terms
 */

import { preloadInWorkers } from '@millrace/scheduler'

export * from '@millrace/terms'

preloadInWorkers(import.meta.url)
