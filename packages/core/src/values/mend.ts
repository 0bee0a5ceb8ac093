/**
 * Mends the clones of values: prototypes that were lost are put back, and what no clone can hold is made again. `Mending`
 * is written by `copier.ts`; `restore` in `carry.ts` calls this. It calls no method of a value's own.
 */

import { types } from 'node:util'
import * as catalogue from '../errors.ts'
import { UnknownClassError } from '../errors.ts'
import { type Class, type ClassRef, classRefOf, findClass } from './registry.ts'

/** A prototype that a clone has not kept: none at all, that of a class of Node or Millrace, or that of a registered one. */
export type Prototype = 'none' | BuiltIn | ClassRef

/** What stands in a value for what no clone can hold. */
export type Remade =
  | { readonly kind: 'url'; readonly href: string }
  | {
      readonly kind: 'error'
      /** Properties that can be seen, and those that cannot: `message`, `stack`, `cause`. */
      readonly shown: object
      readonly hidden: object
    }

/** What is to be mended in a clone. It travels in the same message as the value, so that it names the very objects. */
export interface Mending {
  readonly prototypes: readonly Prototype[]
  /** Objects to be given a prototype, each with its index among `prototypes`. */
  readonly shells: readonly (readonly [shell: object, prototype: number])[]
  /** Empty objects, and what to put in their place; an error also has a prototype. */
  readonly husks: readonly (readonly [husk: object, remade: Remade, prototype: number])[]
  /** Objects that hold husks. */
  readonly holders: readonly object[]
}

/** A class that every thread has: errors, and `Buffer`. */
export type BuiltIn = string

const errors = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
]
const builtIns = new Map<BuiltIn, object>([
  ['Buffer', Buffer.prototype],
  ...[...errors, ...Object.values(catalogue)].flatMap((made): [string, object][] =>
    typeof made === 'function' && (made === Error || made.prototype instanceof Error)
      ? [[made.name, made.prototype as object]]
      : [],
  ),
])
const builtInNames = new Map([...builtIns].map(([name, prototype]) => [prototype, name]))

/** The name of a prototype that every thread has. */
export function builtInOf(prototype: object): BuiltIn | undefined {
  return builtInNames.get(prototype)
}

/** Mends a clone. @throws {UnknownClassError} if a class is not registered here. */
export function mend({ prototypes, shells, husks, holders }: Mending): void {
  const found = prototypes.map(prototypeOf)
  for (const [shell, at] of shells) Object.setPrototypeOf(shell, found[at] as object | null)
  const made = new Map<unknown, object>()
  for (const [husk, remade, at] of husks) {
    const whole = remade.kind === 'url' ? new URL(remade.href) : new Error()
    if (remade.kind === 'error') Object.setPrototypeOf(whole, found[at] as object)
    made.set(husk, whole)
  }
  for (const holder of holders) replaceHusks(holder, made)
  // only now: what errors hold may have been husks as well
  for (const [husk, remade] of husks) {
    if (remade.kind === 'error') dress(made.get(husk) as object, remade.shown, remade.hidden)
  }
}

function dress(error: object, shown: object, hidden: object): void {
  const { stack: _, ...rest } = Object.getOwnPropertyDescriptors(error)
  for (const key of Object.keys(rest)) delete (error as Record<string, unknown>)[key]
  Object.defineProperties(error, Object.getOwnPropertyDescriptors(shown))
  for (const [key, value] of Object.entries(hidden)) {
    Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true })
  }
}

/** What an error is, so that it can be that elsewhere; `undefined` for one of a class that is not registered. Never throws. */
export function kindOfError(error: object): Prototype | undefined {
  try {
    const prototype = Object.getPrototypeOf(error) as object
    return builtInOf(prototype) ?? classRefOf(prototype)
  } catch {
    return undefined
  }
}

/** @throws {UnknownClassError} if the class is not registered here. */
export function prototypeOf(prototype: Prototype): object | null {
  if (prototype === 'none') return null
  if (typeof prototype === 'string') return builtIns.get(prototype) ?? Object.prototype
  return classOf(prototype).prototype as object
}

function classOf(ref: ClassRef): Class {
  const type = findClass(ref)
  if (type === undefined) throw new UnknownClassError(ref.name, ref.urls)
  return type
}

/** Puts what was made again in place of husks; the order of entries stays. */
function replaceHusks(holder: object, made: ReadonlyMap<unknown, object>): void {
  const whole = (part: unknown): unknown => made.get(part) ?? part
  if (types.isMap(holder)) {
    const entries = [...Map.prototype.entries.call(holder)]
    Map.prototype.clear.call(holder)
    for (const [key, part] of entries) Map.prototype.set.call(holder, whole(key), whole(part))
  } else if (types.isSet(holder)) {
    const parts = [...Set.prototype.values.call(holder)]
    Set.prototype.clear.call(holder)
    for (const part of parts) Set.prototype.add.call(holder, whole(part))
  } else {
    for (const key of Object.keys(holder)) {
      const part = made.get((holder as Readonly<Record<string, unknown>>)[key])
      if (part !== undefined) define(holder, key, part)
    }
  }
}

/** Sets a property as a literal would: `__proto__` is a name like any other. */
export function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}
