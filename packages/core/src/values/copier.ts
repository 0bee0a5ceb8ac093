/**
 * `Copier`: copies values that a structured clone would not keep whole, and notes what is to be mended in the clone; or
 * refuses. The slow way of `carry.ts`, for values that `isPlain` says no to. It calls no method of a value's own, and reads
 * each getter once.
 */

import { types } from 'node:util'
import { messageOf } from '../errors.ts'
import { propertyOf } from './foreign.ts'
import { builtInOf, define, type Mending, type Prototype, type Remade } from './mend.ts'
import { hasOnlyElements, isDetached, MAX_DEPTH } from './plain.ts'
import { classNameOf, classRefOf } from './registry.ts'

/** Where a value goes. Threads can share memory, processes cannot. */
export type Way = 'thread' | 'process' | 'checkpoint'

/** Why a value cannot travel. Its catchers know the term, and what the value is to it, and make an error of it. */
export class Uncarriable {
  /** Index among the items. */
  at = 0
  /** Where in the value, such as `.rows[3].onDone`. */
  readonly path: string
  readonly what: string
  /** What can be done about it beside giving plain data, as a sentence; or empty. */
  readonly remedy: string

  constructor(path: readonly string[], what: string, remedy = '') {
    this.path = path.join('')
    this.what = what
    this.remedy = remedy
  }
}

/** Classes of Node whose instances threads can share. */
const SHARED_CLASSES = ['Blob', 'CryptoKey', 'SecretKeyObject', 'PublicKeyObject', 'PrivateKeyObject']

/** Copies the values of one message. */
export class Copier {
  readonly #way: Way
  readonly #copies = new Map<object, object>()
  readonly #husks: [husk: object, remade: Remade, prototype: number][] = []
  readonly #isHusk = new Set<object>()
  readonly #shells: [shell: object, prototype: number][] = []
  readonly #prototypes: Prototype[] = []
  readonly #prototypeAt = new Map<object | null, number>()
  readonly #holders = new Set<object>()
  readonly #path: string[] = []

  constructor(way: Way) {
    this.#way = way
  }

  /** A copy that can be cloned and mended. @throws {Uncarriable} */
  copy(value: unknown): unknown {
    this.#path.length = 0
    try {
      return this.#copy(value)
    } catch (error) {
      if (error instanceof Uncarriable) throw error
      throw this.#refusal(`an object that cannot be read: ${messageOf(error)}`)
    }
  }

  /** Notes that `holder` may hold husks itself, and gives all that is to be mended; `undefined` if nothing is. */
  mending(holder: readonly unknown[]): Mending | undefined {
    for (const part of holder) this.#hold(holder, part)
    if (this.#shells.length === 0 && this.#husks.length === 0) return undefined
    return {
      prototypes: this.#prototypes,
      shells: this.#shells,
      husks: this.#husks,
      holders: [...this.#holders],
    }
  }

  #refusal(what: string, remedy?: string): Uncarriable {
    return new Uncarriable(this.#path, what, remedy)
  }

  #copy(value: unknown): unknown {
    switch (typeof value) {
      case 'function':
        throw this.#refusal(`a function (${String(propertyOf(value, 'name') || 'anonymous')})`)
      case 'symbol':
        throw this.#refusal('a symbol')
      case 'object':
        return value === null ? null : (this.#copies.get(value) ?? this.#copyObject(value))
      default:
        return value
    }
  }

  #copyObject(value: object): object {
    if (types.isProxy(value)) throw this.#refusal('a Proxy')
    if (this.#path.length > MAX_DEPTH) {
      this.#path.splice(3, Number.POSITIVE_INFINITY, '…')
      throw this.#refusal(`more than ${MAX_DEPTH} levels deep`)
    }
    if (Array.isArray(value)) return this.#copyArray(value)
    if (types.isMap(value)) return this.#copyMap(value)
    if (types.isSet(value)) return this.#copySet(value)
    if (types.isNativeError(value)) return this.#leaveError(value)
    if (ArrayBuffer.isView(value)) return this.#copyView(value)
    if (types.isAnyArrayBuffer(value)) return this.#passBuffer(value)
    if (types.isDate(value)) return this.#pass(value, Date.prototype, [])
    if (types.isRegExp(value)) return this.#passRegExp(value)
    if (types.isBoxedPrimitive(value)) return this.#passBoxed(value)
    if (isUrl(value)) return this.#leave(value, { kind: 'url', href: value.href }, -1)
    return this.#copyRecord(value)
  }

  /** Keeps the prototype, unless a clone has the same. */
  #keepPrototype(value: object, copy: object, inClone: object): void {
    const at = this.#indexOf(value, inClone)
    if (at >= 0) this.#shells.push([copy, at])
  }

  /** Index of the prototype; -1 if a clone has the same. */
  #indexOf(value: object, inClone: object | undefined): number {
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === inClone) return -1
    const known = this.#prototypeAt.get(prototype)
    if (known !== undefined) return known
    const found = prototype === null ? 'none' : (builtInOf(prototype) ?? classRefOf(prototype))
    const isPlain = inClone === Object.prototype || inClone === undefined
    if (found === undefined || (found === 'none' && !isPlain)) throw this.#foreign(value)
    const at = this.#prototypes.push(found) - 1
    this.#prototypeAt.set(prototype, at)
    return at
  }

  #foreign(value: object): Uncarriable {
    const name = classNameOf(value)
    const isOwn = typeof propertyOf(globalThis, name) !== 'function'
    const remedy = `Register the class, so that its instances travel whole: graph(import.meta.url, { items: [${name}] }, build).`
    return this.#refusal(
      `an object of class ${name}`,
      isOwn && name !== 'without a name' ? remedy : undefined,
    )
  }

  #copyRecord(value: object): object {
    const name = classNameOf(value)
    const isNative = Object.getPrototypeOf(value) !== Object.prototype
    if (isNative && this.#way === 'thread' && SHARED_CLASSES.includes(name) && isNodes(value)) return value
    const copy = {}
    this.#keepPrototype(value, copy, Object.prototype)
    this.#copies.set(value, copy)
    for (const key of Reflect.ownKeys(value)) this.#copyProperty(value, key, copy)
    return copy
  }

  #copyArray(value: readonly unknown[]): object {
    const copy: unknown[] = new Array(value.length)
    this.#keepPrototype(value, copy, Array.prototype)
    this.#copies.set(value, copy)
    for (const key of Reflect.ownKeys(value)) if (key !== 'length') this.#copyProperty(value, key, copy)
    return copy
  }

  #copyProperty(value: object, key: PropertyKey, copy: object): void {
    if (typeof key === 'symbol') throw this.#at(`[${String(key)}]`, 'a property whose name is a symbol')
    const name = String(key)
    this.#path.push(Array.isArray(value) && /^\d+$/.test(name) ? `[${name}]` : `.${name}`)
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (descriptor?.enumerable === false) throw this.#refusal('a property that is not enumerable')
    const part = this.#copy(
      descriptor !== undefined && 'value' in descriptor ? descriptor.value : this.#read(value, key),
    )
    define(copy, key, part)
    this.#hold(copy, part)
    this.#path.pop()
  }

  #read(value: object, key: PropertyKey): unknown {
    try {
      return (value as Readonly<Record<PropertyKey, unknown>>)[key]
    } catch (error) {
      throw this.#refusal(`a getter that throws: ${messageOf(error)}`)
    }
  }

  #at(step: string, what: string): Uncarriable {
    this.#path.push(step)
    return this.#refusal(what)
  }

  #hold(holder: object, part: unknown): void {
    if (this.#isHusk.has(part as object)) this.#holders.add(holder)
  }

  #copyMap(value: Map<unknown, unknown>): object {
    const copy = new Map<unknown, unknown>()
    this.#keepPrototype(value, copy, Map.prototype)
    this.#copies.set(value, copy)
    this.#noMore(value, 0)
    for (const [key, part] of Map.prototype.entries.call(value)) {
      this.#path.push('.keys()')
      const copiedKey = this.#copy(key)
      this.#path.splice(-1, 1, `.get(${String(typeof key === 'object' ? '…' : key)})`)
      const copied = this.#copy(part)
      this.#path.pop()
      copy.set(copiedKey, copied)
      this.#hold(copy, copiedKey)
      this.#hold(copy, copied)
    }
    return copy
  }

  #copySet(value: Set<unknown>): object {
    const copy = new Set<unknown>()
    this.#keepPrototype(value, copy, Set.prototype)
    this.#copies.set(value, copy)
    this.#noMore(value, 0)
    this.#path.push('.values()')
    for (const part of Set.prototype.values.call(value)) {
      const copied = this.#copy(part)
      copy.add(copied)
      this.#hold(copy, copied)
    }
    this.#path.pop()
    return copy
  }

  /** What is no record keeps no properties in a clone. */
  #noMore(value: object, own: number): void {
    const keys = Reflect.ownKeys(value)
    if (keys.length <= own) return
    const key = keys[keys.length - 1] as PropertyKey
    throw this.#at(
      typeof key === 'symbol' ? `[${String(key)}]` : `.${String(key)}`,
      `a property of a ${classNameOf(value)}`,
    )
  }

  #pass(value: object, prototype: object, own: readonly string[]): object {
    this.#noMore(value, own.length)
    this.#keepPrototype(value, value, prototype)
    this.#copies.set(value, value)
    return value
  }

  #passRegExp(value: RegExp): object {
    if (value.lastIndex !== 0) throw this.#at('.lastIndex', 'the place of a RegExp in a text')
    return this.#pass(value, RegExp.prototype, ['lastIndex'])
  }

  #passBoxed(value: object): object {
    const of: unknown = value.valueOf()
    const [prototype, own] = types.isNumberObject(value)
      ? [Number.prototype, 0]
      : types.isBooleanObject(value)
        ? [Boolean.prototype, 0]
        : types.isStringObject(value)
          ? [String.prototype, String(of).length + 1]
          : types.isBigIntObject(value)
            ? [BigInt.prototype, 0]
            : [undefined, 0]
    if (prototype === undefined) throw this.#refusal('a symbol')
    this.#noMore(value, own)
    this.#keepPrototype(value, value, prototype)
    return value
  }

  #passBuffer(value: ArrayBufferLike): object {
    this.#checkBuffer(value)
    const isShared = types.isSharedArrayBuffer(value)
    return this.#pass(value, isShared ? SharedArrayBuffer.prototype : ArrayBuffer.prototype, [])
  }

  #checkBuffer(value: ArrayBufferLike): void {
    if (types.isSharedArrayBuffer(value)) {
      if (this.#way !== 'thread') throw this.#refusal('memory that is shared (a SharedArrayBuffer)')
    } else if (isDetached(value)) throw this.#refusal('a buffer that was given away')
  }

  #copyView(value: ArrayBufferView): object {
    this.#checkBuffer(value.buffer)
    if (types.isDataView(value)) return this.#pass(value, DataView.prototype, [])
    if (!hasOnlyElements(value as Uint8Array)) this.#noMore(value, (value as Uint8Array).length)
    // of a pool, only the part goes along
    const isPooled = Buffer.isBuffer(value) && value.byteLength < value.buffer.byteLength
    const copy: object = isPooled
      ? Uint8Array.prototype.slice.call(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      : value
    this.#keepPrototype(value, copy, prototypeOfKind(value))
    this.#copies.set(value, copy)
    return copy
  }

  /** An empty object goes in its place. */
  #leave(value: object, remade: Remade, prototype: number): object {
    const husk = {}
    this.#copies.set(value, husk)
    this.#isHusk.add(husk)
    this.#husks.push([husk, remade, prototype])
    return husk
  }

  #leaveError(value: Error): object {
    const [shown, hidden] = [{}, {}]
    const husk = this.#leave(value, { kind: 'error', shown, hidden }, this.#indexOf(value, undefined))
    for (const key of Reflect.ownKeys(value)) {
      const { enumerable } = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
      if (enumerable === true) this.#copyProperty(value, key, shown)
      else if (typeof key === 'string') {
        // what Node hides in its own errors are symbols and functions: they say nothing of the error
        const part = this.#read(value, key)
        if (typeof part === 'function') continue
        this.#path.push(`.${key}`)
        const copied = this.#copy(part)
        this.#path.pop()
        define(hidden, key, copied)
        this.#hold(hidden, copied)
      }
    }
    return husk
  }
}

function isUrl(value: object): value is URL {
  return Object.getPrototypeOf(value) === URL.prototype && typeof propertyOf(value, 'href') === 'string'
}

/** Whether it is what its class says: an object of Node's own. */
function isNodes(value: object): boolean {
  return classRefOf(Object.getPrototypeOf(value) as object) === undefined
}

/** The prototype of the typed array's kind, whatever its class. */
function prototypeOfKind(value: ArrayBufferView): object {
  const { get } = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    Symbol.toStringTag,
  ) as {
    readonly get: () => string
  }
  const type = (globalThis as unknown as Readonly<Record<string, { readonly prototype: object }>>)[
    get.call(value)
  ]
  return type?.prototype ?? Uint8Array.prototype
}
