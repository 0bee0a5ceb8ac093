/**
 * Ends a worker process when the process that started it is gone, however that ended. Called by the entry of pool workers
 * that are processes.
 *
 * A parent that was killed ends nothing by itself, and a term in an endless loop never hears that the channel to the parent
 * has closed. So a thread of its own looks now and then whose child this process is.
 */

import { Worker } from 'node:worker_threads'

/** How often the thread looks. An orphan lives no longer than about twice that. */
const LOOK_MS = 250

/** As text: the thread is to load nothing, whatever flags and preloads this process was started with. */
const WATCHMAN = `
const { workerData: parent } = require('node:worker_threads')
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, ${LOOK_MS})
`

/** Called once, before `guardExit`. */
export function watchParent(): void {
  const exit = process.exit.bind(process)
  process.once('disconnect', () => exit())
  try {
    const watchman = new Worker(WATCHMAN, {
      eval: true,
      workerData: process.ppid,
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
    })
    watchman.on('error', () => undefined)
    watchman.unref()
  } catch {
    // no thread to be had: the channel's end is still heard, between calls
  }
}
