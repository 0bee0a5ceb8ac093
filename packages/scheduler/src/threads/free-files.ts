/**
 * Whether the process may open the files that one more worker needs: a thread takes some for good, more while it loads
 * modules, and one that meets the limit meanwhile fails wherever it happens to be. Called before a worker is started.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { TooFewFilesError } from '../errors.ts'
import { liveWorkers } from './live-workers.ts'

/** What a worker takes at most while it loads, seen on Node 20: some 16. */
const FILES_PER_WORKER = 20

/**
 * Refuses a worker for which the limit of open files (`ulimit -n`) leaves no room. Knows the limit on Linux only.
 *
 * @throws {TooFewFilesError} which counts as a thread that the system refused.
 */
export function requireFreeFiles(): void {
  const files = openFiles()
  if (files === undefined) return
  // those that were started before may still load
  const needed = FILES_PER_WORKER * (liveWorkers().length + 1)
  if (files.limit - files.open < needed) throw new TooFewFilesError(files.open, files.limit, needed)
}

function openFiles(): { readonly open: number; readonly limit: number } | undefined {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    if (limit === undefined) return undefined
    return { open: readdirSync('/proc/self/fd').length, limit: Number(limit) }
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    return code === 'EMFILE' || code === 'ENFILE' ? { open: 0, limit: 0 } : undefined
  }
}
