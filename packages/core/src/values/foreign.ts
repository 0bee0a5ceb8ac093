/**
 * The guarded door for values that users hand in: what was thrown, returned or given may be a Proxy that throws at every
 * touch. Used by the engine and by the schedulers wherever they look at such a value; it never throws, but for
 * `promiseOf`, which passes on what the getter of `then` throws, as the language does.
 */

import { types } from 'node:util'

/** Whether a value is an instance of a class. Never throws: what cannot be looked at is none. */
export function isA<Type>(value: unknown, type: abstract new (...args: never[]) => Type): value is Type {
  try {
    return value instanceof type
  } catch {
    return false // a Proxy that was revoked, or whose trap throws
  }
}

/** Reads a property. Never throws: what cannot be read is `undefined`. */
export function propertyOf(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Readonly<Record<PropertyKey, unknown>>)[key]
  } catch {
    return undefined
  }
}

/** A method `then`, as the language looks for it. */
export type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown

const { then: nativeThen } = Promise.prototype

/**
 * The promise that a value stands for; `undefined` if it is no promise, of whatever library. Reads `then` once.
 *
 * @throws what the getter of `then` throws.
 */
export function promiseOf(value: unknown): Promise<unknown> | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  const { then } = value as { readonly then?: unknown }
  return typeof then === 'function' ? adopt(value, then as Then) : undefined
}

/** Whether a value is a promise, of whatever library, where none is allowed. Never throws, and does not adopt it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof propertyOf(value, 'then') === 'function'
}

/** Takes note of a promise that is refused: what becomes of it must not end the process. Returns whether it is one. */
export function isRefusedPromise(value: unknown): value is PromiseLike<unknown> {
  if (!isThenable(value)) return false
  awaited(value).catch(() => undefined)
  return true
}

/**
 * Adopts a thenable whose `then` was read already, by the rules of the language: `then` is called once, in a job of its
 * own, the first of what it says counts, and what it throws is a rejection.
 */
export function adopt(value: object, then: Then): Promise<unknown> {
  if (then === (nativeThen as unknown) && isPlainPromise(value)) return value
  return new Promise((resolve, reject) => {
    queueMicrotask(() => {
      try {
        then.call(value, resolve, reject)
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** What a value stands for, as `await` has it; a failure to read its `then` is a rejection. */
export function awaited(value: unknown): Promise<unknown> {
  try {
    return promiseOf(value) ?? Promise.resolve(value)
  } catch (error) {
    return Promise.reject(error)
  }
}

function isPlainPromise(value: object): value is Promise<unknown> {
  // of any other class `then` would make another of its kind, which may do as it likes
  return types.isPromise(value) && propertyOf(value, 'constructor') === Promise
}
