/**
 * Standard output, as terms print to it: `console.log` that holds the stream back while stdout is full, and tells what
 * stdout says. Called by `print`, `pprint`, `dump` and `printKeys`; never used for a print function of the user's.
 *
 * `console.log` alone queues without a bound, drops what is queued when the process exits, and passes over a disk that is
 * full. These terms stay on the caller's thread: lines that workers print would change places.
 */

import type { Context } from '@millrace/core'
import { checkWellFormed } from './format/well-formed.ts'

let users = 0
let failure: { readonly error: unknown } | undefined
let waiting: (() => void)[] = []

/**
 * Prints a line. @returns a promise while stdout is full. @throws what stdout said when it could not be written.
 * @throws {BadInputError} for a text with half a character. (In records and lists it is shown as an escape.)
 */
export function printLine(shown: unknown): void | Promise<void> {
  if (typeof shown === 'string') checkWellFormed('What is to be printed', shown)
  console.log(shown)
  if (failure !== undefined) throw failure.error
  if (process.stdout.writableNeedDrain) return room()
}

async function room(): Promise<void> {
  await new Promise<void>((resolve) => waiting.push(resolve))
  if (failure !== undefined) throw failure.error
}

/** The hooks of a term that prints: it has ended only when all it printed is delivered. */
export const printing = {
  enter(): void {
    if (users++ === 0) process.stdout.on('drain', rouse).on('error', onError)
  },
  async exit({ signal }: Context<never, never>): Promise<void> {
    try {
      // a run that is cancelled does not wait for a reader that has stopped to read
      if (!signal.aborted) await delivered(signal)
    } finally {
      if (--users === 0) {
        process.stdout.off('drain', rouse).off('error', onError)
        failure = undefined
      }
    }
  },
}

function delivered(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve()
    const onWritten = (error?: Error | null): void => {
      signal.removeEventListener('abort', onAbort)
      const said = error ?? failure?.error
      if (said === undefined) resolve()
      else reject(said)
    }
    if (failure !== undefined || process.stdout.writableLength === 0) return onWritten()
    signal.addEventListener('abort', onAbort, { once: true })
    // writes are confirmed in their order
    process.stdout.write('', onWritten)
  })
}

function rouse(): void {
  const woken = waiting
  waiting = []
  for (const wake of woken) wake()
}

function onError(error: unknown): void {
  failure ??= { error }
  rouse()
}
