/**
 * Errors as plain data, so that class, name, code, cause, own properties and stack survive the way between threads. A
 * property that cannot be sent must not hide the error: a few words stand for it.
 */

import { MillraceError, messageOf } from '@millrace/core'
import {
  type CarriedValue,
  carryValue,
  define,
  isA,
  kindOfError,
  type Prototype,
  prototypeOf,
  restoreValue,
  whyNotCarried,
} from '@millrace/core/engine'
import { fromWireItem, OWN_WAY, toWireItem, type WireItem } from './refusal.ts'

/** An error, or anything else that was thrown, ready to be cloned. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: unknown
  readonly cause: WireError | undefined
  /** Own enumerable properties: a record. */
  readonly properties: CarriedValue
  /** What was thrown, if it was no error. */
  readonly thrown: WireItem | undefined
  /** Its class, if the other side has it. */
  readonly kind: Prototype | undefined
  /** Whether it is one of Millrace's own. */
  readonly isOwn: boolean
}

const MAX_CAUSES = 8

/** Takes an error apart. Never throws. */
export function toWire(error: unknown): WireError {
  try {
    return takeApart(error, 0)
  } catch {
    // its message is a getter that throws, say
    return takeApart(new Error(messageOf(error)), 0)
  }
}

function takeApart(error: unknown, depth: number): WireError {
  if (!isA(error, Error)) {
    const none = { name: '', message: '', stack: undefined, code: undefined, cause: undefined }
    return { ...none, properties: { value: {} }, thrown: toWireItem(error), kind: undefined, isOwn: false }
  }
  const properties: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(error)) {
    if (key === 'code' || key === 'cause') continue
    const why = whyNotCarried(value, OWN_WAY)
    // not assigned: a field may be named __proto__
    define(
      properties,
      key,
      why === undefined ? value : `[${why.path === '' ? '' : `${why.path} is `}${why.what}]`,
    )
  }
  const { code } = error as { readonly code?: unknown }
  const { name, message, stack, cause } = error
  return {
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    code: typeof code === 'object' || whyNotCarried(code, OWN_WAY) !== undefined ? undefined : code,
    cause: cause === undefined || depth >= MAX_CAUSES ? undefined : takeApart(cause, depth + 1),
    properties: carryValue(properties, OWN_WAY),
    thrown: undefined,
    kind: kindOfError(error),
    isOwn: error instanceof MillraceError,
  }
}

/**
 * Puts an error together again: of its class, if that is built in or registered here; else a `MillraceError` for
 * Millrace's own, the built-in class of its name where there is one, else an `Error`.
 */
export function fromWire(wire: WireError): unknown {
  if (wire.thrown !== undefined)
    return wire.thrown.kind === 'lost' ? wire.thrown.text : fromWireItem(wire.thrown)
  const options = wire.cause === undefined ? undefined : { cause: fromWire(wire.cause) }
  const error = wire.isOwn
    ? new MillraceError(String(wire.code), wire.message, options)
    : new (BUILT_IN.get(wire.name) ?? Error)(wire.message, options)
  if (wire.kind !== undefined)
    Object.setPrototypeOf(error, knownPrototype(wire.kind) ?? Object.getPrototypeOf(error))
  if (error.name !== wire.name) {
    Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true })
  }
  if (wire.stack !== undefined) error.stack = wire.stack
  if (wire.code !== undefined) Object.assign(error, { code: wire.code })
  for (const [key, value] of Object.entries(restoreValue(wire.properties) as object))
    define(error, key, value)
  return error
}

/** An error must not be lost for its class. */
function knownPrototype(kind: Prototype): object | null {
  try {
    return prototypeOf(kind)
  } catch {
    return null
  }
}

const BUILT_IN = new Map<string, new (message: string, options?: ErrorOptions) => Error>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((make) => [
    make.name,
    make,
  ]),
)
