/** Parameters that are declared by name, each with how to make it out of text. Called by `params.ts`. */

import { InvalidOptionError, InvalidParametersError, messageOf, UnknownParameterError } from '../errors.ts'
import { isRefusedPromise } from '../values/foreign.ts'
import { nearest } from './nearest.ts'
import type { OptionalParam, Param } from './types.ts'

/** A value of a kind that the language has a constructor for. */
interface Kind {
  readonly expected: string
  accepts(value: unknown): boolean
  /** `undefined` if the text says no such value. */
  read(text: string): unknown
}

const NUMBER: Kind = {
  expected: 'a number',
  accepts: (value) => typeof value === 'number',
  read(text) {
    const number = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isNaN(number) && text !== 'NaN' ? undefined : number
  },
}
const STRING: Kind = {
  expected: 'a text',
  accepts: (value) => typeof value === 'string',
  read: (text) => text,
}
const BOOLEAN: Kind = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
}
const BIGINT: Kind = {
  expected: 'a whole number',
  accepts: (value) => typeof value === 'bigint',
  read: (text) => (/^\s*[+-]?\d+\s*$/.test(text) ? BigInt(text.trim().replace('+', '')) : undefined),
}
const DATE: Kind = {
  expected: 'a date',
  accepts: (value) => value instanceof Date,
  read(text) {
    const date = new Date(text)
    return Number.isNaN(date.getTime()) ? undefined : date
  },
}

/** `Boolean('false')` is true, `Date(text)` is the time of day: so these are not called. */
const kinds = new Map<unknown, Kind>([
  [Number, NUMBER],
  [String, STRING],
  [Boolean, BOOLEAN],
  [BigInt, BIGINT],
  [Date, DATE],
])
const kindsOfDefaults = new Map<string, Kind>([
  ['number', NUMBER],
  ['string', STRING],
  ['boolean', BOOLEAN],
  ['bigint', BIGINT],
])

type Declared = Readonly<Record<string, Param>>

/** @throws {InvalidOptionError} if a parameter is declared in a way that says nothing. */
export function checkDeclared(declared: Declared, where: string): void {
  for (const [name, param] of Object.entries(declared)) {
    if (typeof param === 'function' || kindsOfDefaults.has(typeof param) || isOptional(param)) continue
    throw new InvalidOptionError(
      `The parameter ${JSON.stringify(name)} of ${where}`,
      param,
      'declared as Number, String, Boolean, BigInt, Date, a function of the text, a default, or { convert, default }',
    )
  }
}

/**
 * The value of each declared parameter.
 *
 * @throws {InvalidParametersError} if one is missing or makes no sense, with a line for each.
 * @throws {UnknownParameterError} if one is given that is not declared.
 */
export function convert(
  declared: Declared,
  given: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown> {
  const names = Object.keys(declared)
  for (const [name, seen] of Object.entries(given)) {
    if (names.includes(name)) continue
    throw new UnknownParameterError(where, name, seen, nearest(name, names), names)
  }
  const mistakes: unknown[] = []
  const lines: string[] = []
  const values = Object.entries(declared).map(([name, param]) => {
    const seen = Object.hasOwn(given, name) ? given[name] : undefined
    try {
      return [name, converted(param, seen)] as const
    } catch (error) {
      mistakes.push(error)
      lines.push(InvalidParametersError.line(name, seen, messageOf(error)))
      return [name, undefined] as const
    }
  })
  if (lines.length > 0) throw new InvalidParametersError(where, lines, mistakes[0])
  return Object.fromEntries(values)
}

/** Throws what is said of the parameter: `must be a number`. */
function converted(param: Param, seen: unknown): unknown {
  const fallback = fallbackOf(param)
  const how = isOptional(param) ? param.convert : param
  const kind = kinds.get(how) ?? kindsOfDefaults.get(typeof how)
  if (seen === undefined) {
    if (fallback !== undefined) return fallback.value
    throw new TypeError(`must be ${kind?.expected ?? 'given'}`)
  }
  if (kind !== undefined) {
    const value = typeof seen === 'string' ? kind.read(seen) : kind.accepts(seen) ? seen : undefined
    if (value === undefined) throw new TypeError(`must be ${kind.expected}`)
    return value
  }
  if (typeof seen !== 'string') return seen
  const value: unknown = (how as (text: string) => unknown)(seen)
  if (isRefusedPromise(value)) {
    throw new TypeError('must be converted at once, but its function gave a promise')
  }
  return value
}

function fallbackOf(param: Param): { readonly value: unknown } | undefined {
  if (typeof param === 'function') return undefined
  return { value: isOptional(param) ? param.default : param }
}

function isOptional(param: Param): param is OptionalParam {
  return (
    typeof param === 'object' && param !== null && 'default' in param && typeof param.convert === 'function'
  )
}
