/** Errors as lines for a terminal: what went wrong and where, no stack traces. Called by the commands. */

import { MillraceError, messageOf } from '@millrace/core'
import { userFrame } from './frame.ts'
import { oneLine } from './reason.ts'

/** Prints a line to stderr, after the command's name. */
export function say(line: string): void {
  process.stderr.write(`millrace: ${line}\n`)
}

/** A mistake that kept a command from doing anything. An error that is not Millrace's own is a bug: it keeps its stack. */
export function linesOfMistake(error: unknown): string[] {
  if (error instanceof MillraceError) return error.message.split('\n')
  return [error instanceof Error ? (error.stack ?? error.message) : messageOf(error)]
}

/** A run's failure in one line; in two where the original error was thrown by the user's code. */
export function linesOfFailure(error: unknown): string[] {
  const cause = error instanceof MillraceError && error.code === 'TERM_FAILED' ? error.cause : error
  const place = cause instanceof MillraceError ? undefined : userFrame(cause)
  return [oneLine(messageOf(error)), ...(place === undefined ? [] : [`  at ${place}`])]
}
