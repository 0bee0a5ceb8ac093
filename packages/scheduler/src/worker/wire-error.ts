/** Errors as plain data, so that name, code, cause, own properties and stack survive the way between threads. */

import { describe, MillraceError, messageOf } from '@millrace/core'

/** An error, or anything else that was thrown, ready to be cloned. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: unknown
  readonly cause: WireError | undefined
  /** Own enumerable properties that can be cloned. */
  readonly properties: Readonly<Record<string, unknown>>
  /** What was thrown, if it was no error. */
  readonly thrown: unknown
  readonly isError: boolean
  /** Whether it is one of Millrace's own. */
  readonly isOwn: boolean
}

const MAX_CAUSES = 8

/** Takes an error apart. */
export function toWire(error: unknown): WireError {
  try {
    return takeApart(error, 0)
  } catch {
    // its message is a getter that throws, say
    return takeApart(new Error(messageOf(error)), 0)
  }
}

function takeApart(error: unknown, depth: number): WireError {
  if (!(error instanceof Error)) {
    const thrown = isCloneable(error) ? error : describe(error)
    const none = {
      name: '',
      message: '',
      stack: undefined,
      code: undefined,
      cause: undefined,
      properties: {},
    }
    return { ...none, thrown, isError: false, isOwn: false }
  }
  const properties: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'code' && key !== 'cause' && isCloneable(value)) properties[key] = value
  }
  const { code } = error as { readonly code?: unknown }
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: isCloneable(code) ? code : undefined,
    cause: error.cause === undefined || depth >= MAX_CAUSES ? undefined : takeApart(error.cause, depth + 1),
    properties,
    thrown: undefined,
    isError: true,
    isOwn: error instanceof MillraceError,
  }
}

/** Puts an error together again: a `MillraceError` for Millrace's own, the built-in class of its name where there is one, else an
 * `Error`. */
export function fromWire(wire: WireError): unknown {
  if (!wire.isError) return wire.thrown
  const options = wire.cause === undefined ? undefined : { cause: fromWire(wire.cause) }
  const error = wire.isOwn
    ? new MillraceError(String(wire.code), wire.message, options)
    : new (BUILT_IN.get(wire.name) ?? Error)(wire.message, options)
  if (error.name !== wire.name) {
    Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true })
  }
  if (wire.stack !== undefined) error.stack = wire.stack
  if (wire.code !== undefined) Object.assign(error, { code: wire.code })
  return Object.assign(error, wire.properties)
}

const BUILT_IN = new Map<string, new (message: string, options?: ErrorOptions) => Error>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((make) => [
    make.name,
    make,
  ]),
)

function isCloneable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol'
  try {
    structuredClone(value)
    return true
  } catch {
    return false // all that is asked for
  }
}
