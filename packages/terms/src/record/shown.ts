/** `shower`: what the terms that print show of an item, as text. Internal. */

import { type Awaitable, InvalidOptionError } from '@millrace/core'
import { checkFunction } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { printing, printLine } from '../standard-output.ts'
import { selector } from './record-of.ts'

/** Options of {@link pprint} and {@link dump}. */
export interface ShowOptions {
  /** Called with the text; a promise it returns is awaited. Default `console.log`. */
  readonly print?: (text: string) => Awaitable<unknown>
  /** Of records, shows these keys only. */
  readonly keys?: readonly string[]
  /** Of records, shows all keys but these. */
  readonly notKeys?: readonly string[]
  /**
   * How dates are shown, at every depth of records and arrays. Default: as `new Date(…).toISOString()`; a date that
   * is none is shown as `Invalid Date`.
   */
  readonly dateToString?: (date: Date) => string
}

/** What is to be shown of an item: the chosen keys, with dates as text. */
export function shower(owner: string, options: ShowOptions): (item: unknown) => unknown {
  const { keys, notKeys, dateToString = isoText } = options
  checkFunction(`dateToString of ${owner}`, dateToString)
  if (keys !== undefined && notKeys !== undefined) {
    throw new InvalidOptionError(`keys of ${owner}()`, keys, 'left out where notKeys is given')
  }
  const select = keys === undefined && notKeys === undefined ? undefined : selector(owner, { keys, notKeys })
  return (item) => {
    const chosen = select !== undefined && isPlainRecord(item) ? Object.fromEntries(select(item)) : item
    return withDates(chosen, dateToString, new Map())
  }
}

/** How a term prints: its function, and the hooks that it needs. */
export interface Printer {
  readonly print: (text: string) => Awaitable<unknown>
  readonly hooks: Partial<typeof printing>
}

/** @throws {InvalidOptionError} if `print` is no function. */
export function printerOf(owner: string, print: ((text: string) => Awaitable<unknown>) | undefined): Printer {
  if (print === undefined) return { print: printLine, hooks: printing }
  checkFunction(`print of ${owner}`, print)
  return { print, hooks: {} }
}

function isoText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString()
}

/** A copy with text for dates; `copies` keeps records that hold themselves from being opened for ever. */
function withDates(
  value: unknown,
  dateToString: (date: Date) => string,
  copies: Map<object, unknown>,
): unknown {
  if (value instanceof Date) return dateToString(value)
  if (!Array.isArray(value) && !isPlainRecord(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  const copy: Record<string, unknown> = (Array.isArray(value) ? [] : {}) as Record<string, unknown>
  copies.set(value, copy)
  for (const [key, part] of Object.entries(value)) {
    const shown = withDates(part, dateToString, copies)
    Object.defineProperty(copy, key, { value: shown, enumerable: true, writable: true, configurable: true })
  }
  return copy
}
