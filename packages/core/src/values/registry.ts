/**
 * Classes whose instances travel whole: those that graph modules name in `items`. A worker that imports the module
 * registers them there as well, so an instance finds its class again. Filled by `graph()`, read by `carry.ts`.
 */

import { InvalidOptionError } from '../errors.ts'
import { isA, propertyOf } from './foreign.ts'

/** A class, registered or built in. */
export type Class = abstract new (...args: never[]) => object

/** How a class is found again elsewhere. */
export interface ClassRef {
  readonly name: string
  /** The modules that have registered it. */
  readonly urls: readonly string[]
}

interface Entry extends ClassRef {
  readonly type: Class
  readonly urls: string[]
}

const byPrototype = new WeakMap<object, Entry>()
const byName = new Map<string, Entry[]>()

/**
 * Registers the classes that a graph module names.
 *
 * @throws {InvalidOptionError} for what is no class, or one with private fields, which no clone can have.
 */
export function registerItems(url: string, items: readonly Class[]): void {
  const option = 'items in the options of graph()'
  if (!Array.isArray(items)) throw new InvalidOptionError(option, items, 'a list of classes')
  for (const type of items as readonly unknown[]) {
    if (!isClass(type)) {
      throw new InvalidOptionError(option, type, 'a list of classes of your own: items: [Money]')
    }
    if (hasPrivateFields(type)) {
      throw new InvalidOptionError(
        option,
        type,
        `a list of classes that keep all they have in properties: ${type.name} has private fields (#), which no copy can have`,
      )
    }
    const known = byPrototype.get(type.prototype as object)
    if (known !== undefined) {
      if (!known.urls.includes(url)) known.urls.push(url)
      continue
    }
    const entry = { name: type.name, urls: [url], type }
    byPrototype.set(type.prototype as object, entry)
    byName.set(type.name, [...(byName.get(type.name) ?? []), entry])
  }
}

function isClass(type: unknown): type is Class {
  if (typeof type !== 'function' || typeof type.prototype !== 'object' || type.prototype === null)
    return false
  return !/\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(type))
}

/** Every use of a private field is written `x.#name` or `#name in x`. */
function hasPrivateFields(type: unknown): boolean {
  for (let each = type; isA(each, Function); each = Object.getPrototypeOf(each)) {
    if (
      /[\w$)\]!]\s*\??\.#[\p{L}_$]|#[\p{L}_$][\p{L}\d_$]*\s+in\s/u.test(
        Function.prototype.toString.call(each),
      )
    ) {
      return true
    }
  }
  return false
}

/** How to find the class of this prototype again; `undefined` if it is not registered. */
export function classRefOf(prototype: object): ClassRef | undefined {
  const entry = byPrototype.get(prototype)
  return entry === undefined ? undefined : { name: entry.name, urls: [...entry.urls] }
}

/** The registered class; `undefined` if no module that was loaded here has registered it, or several of its name have. */
export function findClass({ name, urls }: ClassRef): Class | undefined {
  const entries = byName.get(name) ?? []
  const exact = entries.findLast((entry) => entry.urls.some((url) => urls.includes(url)))
  return exact?.type ?? (entries.length === 1 ? entries[0]?.type : undefined)
}

/** The name of an object's class, as a message says it. Never throws. */
export function classNameOf(value: object): string {
  const name = propertyOf(propertyOf(value, 'constructor'), 'name')
  return typeof name === 'string' && name !== '' ? name : 'without a name'
}
