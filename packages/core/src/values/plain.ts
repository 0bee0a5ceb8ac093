/**
 * `isPlain`: whether a structured clone of a value has all that the value has. The fast way of `carry.ts`: it says no
 * wherever it is not sure, and never throws. Called for each item on its way to another thread that is in no column.
 */

import { inspect, types } from 'node:util'

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf } = Object
const { isProxy } = types
const objectPrototype: object = Object.prototype
const arrayPrototype: object = Array.prototype

/** Objects that are looked at without a note of which have been; a value that has more may be a graph. */
const MAX_UNNOTED = 256
/** Levels that are looked at without such a note. */
const MAX_DEPTH_UNNOTED = 16
/** Levels of a value. Beyond, a clone might not have enough stack. */
export const MAX_DEPTH = 1000
/** Of lists with more elements the names of all would take longer than to have them printed but for the elements. */
const MAX_NAMED = 64

/** The method `__lookupGetter__`, which takes a quarter of the time of a property descriptor. */
const getterOf = Function.prototype.call.bind(
  (Object.prototype as unknown as { __lookupGetter__: () => unknown }).__lookupGetter__,
) as (value: object, key: number) => unknown

/** Whether the value that was looked at last holds a list in which there might be getters: see `snapshotOf`. */
export let hasLongList = false

let left = 0
let seen: Set<object> | undefined

/** Whether a structured clone of `value` has all that it has, wherever it goes. `isLarge`: it is known to have many parts. */
export function isPlain(value: unknown, isLarge = false): boolean {
  hasLongList = false
  if (typeof value !== 'object' || value === null) return isPrimitive(value)
  seen = undefined
  left = MAX_UNNOTED
  try {
    if (!isLarge && isPlainObject(value, 0)) return true
    if (!isLarge && left > 0) return false
    seen = new Set()
    return isPlainObject(value, 0)
  } catch {
    return false // whoever looks closer will say why
  } finally {
    seen = undefined
  }
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol'
}

function isPlainObject(value: object, depth: number): boolean {
  if (seen === undefined) {
    if (--left <= 0 || depth > MAX_DEPTH_UNNOTED) {
      left = 0
      return false
    }
  } else {
    if (seen.has(value)) return true
    if (depth > MAX_DEPTH) return false
    seen.add(value)
  }
  if (isProxy(value)) return false
  const prototype: unknown = getPrototypeOf(value)
  if (prototype === objectPrototype) return isPlainRecord(value, depth)
  if (prototype === arrayPrototype) return Array.isArray(value) && isPlainArray(value, depth)
  return isPlainBuiltIn(value, prototype, depth)
}

function isPlainRecord(value: object, depth: number): boolean {
  let count = 0
  for (const key in value) {
    const descriptor = getOwnPropertyDescriptor(value, key)
    if (descriptor === undefined || !('value' in descriptor)) return false
    count++
    const part: unknown = descriptor.value
    if (typeof part === 'object' ? part !== null && !isPlainObject(part, depth + 1) : !isPrimitive(part)) {
      return false
    }
  }
  return hasOnlyNames(value, count)
}

/** Whether it has exactly `count` properties, all enumerable, and no symbols. */
function hasOnlyNames(value: object, count: number): boolean {
  return getOwnPropertyNames(value).length === count && getOwnPropertySymbols(value).length === 0
}

function isPlainArray(value: readonly unknown[], depth: number): boolean {
  // beside parts that are objects the look takes little time
  const isLong = value.length > MAX_NAMED && typeof value[0] !== 'object'
  if (isLong) hasLongList = true
  // one walk, which ends at the first hole: a list of one element may be four thousand million long
  for (let i = 0; i < value.length; i++) {
    if (!isLong && getterOf(value, i) !== undefined) return false
    const part = value[i]
    if (typeof part === 'object' ? part !== null && !isPlainObject(part, depth + 1) : !isPrimitive(part)) {
      return false
    }
    if (part === undefined && !(i in value)) return false
  }
  return hasOnlyElements(value)
}

/** Whether a list has no properties beside its elements. */
export function hasOnlyElements(value: { readonly length: number }): boolean {
  if (getOwnPropertySymbols(value).length > 0) return false
  const own = Array.isArray(value) ? value.length + 1 : value.length
  if (value.length > MAX_NAMED && isPrintedBare(value)) return true
  return getOwnPropertyNames(value).length === own
}

/** Prints a list without its elements: what is left are its properties. Takes the same time for a list of any length. */
function isPrintedBare(value: object): boolean {
  const options = { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Number.POSITIVE_INFINITY }
  return /^[\w<>]*(\(\d+\))? ?\[ ?\.\.\. \d+ more items? ?\]$/.test(
    inspect(value, { ...options, showHidden: false }),
  )
}

function isPlainBuiltIn(value: object, prototype: unknown, depth: number): boolean {
  switch (prototype) {
    case Map.prototype:
      return types.isMap(value) && hasOnlyNames(value, 0) && everyPart(value as Map<unknown, unknown>, depth)
    case Set.prototype:
      return types.isSet(value) && hasOnlyNames(value, 0) && everyPart(value as Set<unknown>, depth)
    case Date.prototype:
      return types.isDate(value) && hasOnlyNames(value, 0)
    case Number.prototype:
    case Boolean.prototype:
      return types.isBoxedPrimitive(value) && hasOnlyNames(value, 0)
    case ArrayBuffer.prototype:
      return types.isArrayBuffer(value) && !isDetached(value) && hasOnlyNames(value, 0)
    default:
      return types.isTypedArray(value) && isPlainTypedArray(value, prototype)
  }
}

function isPlainTypedArray(value: NodeJS.TypedArray, prototype: unknown): boolean {
  const { buffer } = value
  return (
    typedArrayPrototypes.has(prototype) &&
    getPrototypeOf(buffer) === ArrayBuffer.prototype &&
    !isDetached(buffer) &&
    hasOnlyElements(value)
  )
}

const typedArrayPrototypes = new Set<unknown>(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map(({ prototype }) => prototype),
)

/** Whether a buffer was given away: then it is none any more. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

const forEachOfMap = Map.prototype.forEach
const forEachOfSet = Set.prototype.forEach

function everyPart(value: Map<unknown, unknown> | Set<unknown>, depth: number): boolean {
  let isAll = true
  const look = (part: unknown): void => {
    if (!isAll) return
    isAll = typeof part === 'object' ? part === null || isPlainObject(part, depth + 1) : isPrimitive(part)
  }
  if (types.isMap(value)) {
    forEachOfMap.call(value, (part, key) => {
      look(key)
      look(part)
    })
  } else forEachOfSet.call(value, look)
  return isAll
}
