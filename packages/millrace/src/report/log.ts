/**
 * What the command says of a run while it goes on and at its end: as lines for a terminal, or as lines of JSON for a
 * collector of logs (`--log json`). Made by `command/run.ts`.
 */

import { hostname } from 'node:os'
import { say } from './error.ts'

/** pino's numbers: 30 is information, 40 a warning, 50 an error. */
export const levels = { info: 30, warn: 40, error: 50 } as const

/** Says things, each in a line. */
export type Log = (
  level: keyof typeof levels,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** Lines after the command's name. */
export const textLog: Log = (_level, message) => say(message)

/** A line of JSON for each event, with pino's fields: `level`, `time` (ms since the epoch), `pid`, `hostname`, `msg`. */
export function jsonLog(write: (line: string) => void): Log {
  const base = { pid: process.pid, hostname: hostname() }
  return (level, message, fields = {}) => {
    write(`${JSON.stringify({ level: levels[level], time: Date.now(), ...base, ...fields, msg: message })}\n`)
  }
}
