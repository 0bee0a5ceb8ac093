/**
 * Sees that what a worker's terms print is not lost when the process exits after its last run. Called by the worker's
 * entry and, at the end of a part, by `PartRunner`.
 */

import type { Writable } from 'node:stream'

/** A reader that takes nothing, as the end of a broken pipe, is not waited for any longer. */
const PATIENCE_MS = 1000
/**
 * Node calls a write's callback when the caller's thread asks for more, and it may have asked before it got the write.
 * It asks only once in between, so the callback of a second write means that it has got the first.
 */
const ROUNDS = 2

/** Streams written to since they were last flushed. */
const written = new Set<Writable>()

/** Notices from now on what is written to stdout and stderr. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    stream.write = (...args: unknown[]): boolean => {
      written.add(stream)
      return write(...args)
    }
  }
}

/** Resolves when the caller's thread has taken over all that was written here; see `HostThread.drained` for the rest. */
export async function flushOutput(): Promise<void> {
  if (written.size === 0) return
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS)
  })
  await Promise.race([Promise.all([...written].map(flush)), patience])
  clearTimeout(timer)
  written.clear()
}

async function flush(stream: Writable): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve())
    })
  }
}
