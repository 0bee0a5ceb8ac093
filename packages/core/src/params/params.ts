/**
 * What `graph()` does with parameters: converts them as its options say, once, before anything is built; and finds those
 * that nothing reads. Workers get the converted ones.
 */

import { InvalidOptionError, InvalidParametersError, UnknownParameterError } from '../errors.ts'
import { isRefusedPromise } from '../values/foreign.ts'
import { checkDeclared, convert } from './converters.ts'
import { nearest } from './nearest.ts'
import { isPlainRecord, track } from './track.ts'
import type { Param, ParamSpec, StandardIssue, StandardResult, StandardSchema } from './types.ts'

/** Parameters as the builder gets them. */
export interface ReadParams {
  readonly params: unknown
  /** Names that were given and that no declaration accounts for: the builder has to read them. */
  readonly unread: readonly string[]
  /** Those as they were given, and the names that the schema has asked for. */
  readonly given?: Readonly<Record<string, unknown>>
  readonly asked?: ReadonlySet<string>
}

/** @throws {InvalidOptionError} if `spec` says nothing about parameters. */
export function checkSpec(spec: ParamSpec, where: string): void {
  if (isSchema(spec)) {
    if (typeof spec['~standard']?.validate === 'function') return
  } else if (isPlainRecord(spec)) {
    checkDeclared(spec as Readonly<Record<string, Param>>, where)
    return
  }
  throw new InvalidOptionError(
    `The option params of ${where}`,
    spec,
    'a standard schema, or a record of converters and defaults',
  )
}

/**
 * Converts what a caller gave.
 *
 * @throws {InvalidParametersError} if a parameter is missing or makes no sense.
 * @throws {UnknownParameterError} if one is given that is not declared.
 */
export function readParams(spec: ParamSpec | undefined, given: unknown, where: string): ReadParams {
  const names = isPlainRecord(given) ? Object.keys(given).filter((name) => given[name] !== undefined) : []
  if (spec === undefined) return { params: given, unread: names }
  const seen = given ?? {}
  if (isSchema(spec)) {
    const params = validate(spec, seen, where)
    if (!isPlainRecord(seen)) return { params, unread: [] }
    const asked = new Set<string>()
    return { params, unread: names.filter((name) => !isKnownTo(spec, seen, name, asked)), given: seen, asked }
  }
  if (!isPlainRecord(seen)) throw new InvalidOptionError(`The parameters of ${where}`, given, 'a record')
  return { params: convert(spec as Readonly<Record<string, Param>>, seen, where), unread: [] }
}

/**
 * Calls the builder for its reads alone.
 *
 * A name that stands in the builder's text counts as read: it may be read later, inside of a term's function.
 *
 * @throws {UnknownParameterError} if a parameter is not read.
 */
export function buildTracked<Built>(
  builder: (params: unknown) => Built,
  { params, unread, given: before, asked }: ReadParams,
  where: string,
): Built {
  if (unread.length === 0 || !isPlainRecord(params)) return builder(params)
  const tracked = track(params)
  const built = builder(tracked.params)
  const text = String(builder)
  const given = new Set(unread)
  const known = [...new Set([...(asked ?? []), ...tracked.asked])].filter((name) => !given.has(name))
  for (const name of unread) {
    if (tracked.wasRead(name) || hasWord(text, name)) continue
    throw new UnknownParameterError(where, name, (before ?? params)[name], nearest(name, known), known)
  }
  return built
}

function hasWord(text: string, name: string): boolean {
  const literal = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\w$])${literal}(?![\\w$])`).test(text)
}

function isSchema(spec: ParamSpec): spec is StandardSchema {
  return (typeof spec === 'object' || typeof spec === 'function') && spec !== null && '~standard' in spec
}

function validate(schema: StandardSchema, given: unknown, where: string): unknown {
  const result = schema['~standard'].validate(given)
  if (isRefusedPromise(result)) {
    throw new InvalidOptionError(`The schema of ${where}`, 'a promise', 'one that validates at once')
  }
  if (result.issues === undefined)
    return (result as Exclude<StandardResult<unknown>, { issues: object }>).value
  throw new InvalidParametersError(
    where,
    result.issues.map((issue) => lineOf(issue, given)),
  )
}

function lineOf({ message, path = [] }: StandardIssue, given: unknown): string {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part))
  let seen = given
  for (const key of keys) seen = (seen as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key]
  const says = `does not fit its schema: ${message}`
  const line = InvalidParametersError.line(keys.map(String).join('.'), seen, says)
  return typeof seen === 'string'
    ? `${line} (from the command line all come as text: let the schema convert it)`
    : line
}

/**
 * Whether the schema knows the parameter: then it asks for it where it is not given as well, which one that copies all it
 * is given does not. A second look at what has been validated; `asked` gets the names that it asks for.
 */
function isKnownTo(schema: StandardSchema, given: object, name: string, asked: Set<string>): boolean {
  const rest = Object.entries(given).filter(([other]) => other !== name)
  const tracked = track(Object.fromEntries(rest), true)
  try {
    const result = schema['~standard'].validate(tracked.params)
    for (const each of tracked.asked) asked.add(each)
    if (isRefusedPromise(result) || result.issues !== undefined) return true
  } catch {
    return true // a schema that takes no such record tells nothing
  }
  return tracked.wasRead(name)
}
