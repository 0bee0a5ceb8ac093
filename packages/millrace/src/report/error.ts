/** Errors as lines for a terminal: what went wrong and where, no stack traces. Called by the commands. */

import { MillraceError, messageOf } from '@millrace/core'
import { linesOfPage } from './error-page.ts'
import { userFrame } from './frame.ts'
import { oneLine } from './reason.ts'

/** Prints a line to stderr, after the command's name. */
export function say(line: string): void {
  process.stderr.write(`millrace: ${line}\n`)
}

/**
 * A mistake that kept a command from doing anything, with its code on each line. An error that is not Millrace's own is
 * a bug: it keeps its stack.
 */
export function linesOfMistake(error: unknown): string[] {
  if (error instanceof MillraceError)
    return [
      ...error.message.split('\n').map((line) => `${line} [${codeOf(error)}]`),
      ...linesOfPage(codeOf(error)),
    ]
  if (isFileLimit(error)) return [tooFewFiles(messageOf(error))]
  return [error instanceof Error ? (error.stack ?? error.message) : messageOf(error)]
}

function isFileLimit(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return code === 'EMFILE' || code === 'ENFILE'
}

/** As `bin/millrace.js` says where not even this module could be loaded. */
function tooFewFiles(seen: string): string {
  return `The process may open too few files: ${seen}. Raise the limit (ulimit -n): 256 are enough for a few workers. [TOO_FEW_FILES]`
}

/**
 * A run's failure in one line; in two where the original error was thrown by the user's code, and one more for the
 * address of its page.
 */
export function linesOfFailure(error: unknown): string[] {
  const cause = error instanceof MillraceError && error.code === 'TERM_FAILED' ? error.cause : error
  const place = placeOf(cause)
  return [
    shortened(oneLine(messageOf(error))),
    ...(place === undefined ? [] : [`  at ${place}`]),
    ...linesOfPage(codeOf(error)),
  ]
}

/** The code that says most: that of an error that was only passed on with the name of the file. */
export function codeOf(error: unknown): string {
  if (!(error instanceof MillraceError)) return 'UNKNOWN'
  const { code, cause } = error
  return code === 'BAD_INPUT' && cause instanceof MillraceError ? codeOf(cause) : code
}

/** The line of the user's code that threw. Millrace's own errors tell by themselves where they belong. */
function placeOf(error: unknown): string | undefined {
  // one that comes from a worker is of the base class
  if (error instanceof MillraceError && error.code === 'UNCAUGHT') return placeOf(error.cause)
  if (error instanceof MillraceError && error.code !== 'PROCESS_EXIT') return undefined
  return userFrame(error)
}

/** Some errors bring a document along. */
const MAX_LINE = 2000

function shortened(line: string): string {
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}… (${line.length} characters)` : line
}
