/** Says in one line why something of the user's could not be loaded or built. */

import { resolve } from 'node:path'
import { messageOf, UncaughtError } from '@millrace/core'
import { shortPath, userFrame } from './frame.ts'

/** The text with line ends and runs of blanks made into single blanks. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** As {@link reasonOf}, after the name of the file unless the error's place is in it. */
export function reasonIn(file: string, error: unknown): string {
  const reason = reasonOf(error)
  return reason.startsWith(`${shortPath(resolve(file))}:`) ? reason : `${file}: ${reason}`
}

/** `file:line: message`, or just the message where the error does not tell a place. */
export function reasonOf(error: unknown): string {
  const parsed = parseErrorOf(error)
  if (parsed !== undefined) return parsed
  const place = headOf(error) ?? userFrame(error instanceof UncaughtError ? error.cause : error)
  return `${place === undefined ? '' : `${place}: `}${withoutFolder(oneLine(messageOf(error)))}`
}

/** esbuild's errors name the place on a line of their own. */
function parseErrorOf(error: unknown): string | undefined {
  const [, path, line, , message] = /^(.+?):(\d+):(\d+): ERROR: (.+)$/m.exec(messageOf(error)) ?? []
  return path === undefined ? undefined : `${shortPath(path)}:${line}: ${message}`
}

/** V8 puts the place of a syntax error above its message. */
function headOf(error: unknown): string | undefined {
  if (!(error instanceof SyntaxError)) return undefined
  const [, path, line] =
    /^(?:file:\/\/)?(\/.+?|[A-Za-z]:\\.+?):(\d+)$/m.exec(error.stack?.split('\n')[0] ?? '') ?? []
  return path === undefined ? undefined : `${shortPath(path)}:${line}`
}

function withoutFolder(message: string): string {
  return message.replaceAll(`file://${process.cwd()}/`, '').replaceAll(`${process.cwd()}/`, '')
}
