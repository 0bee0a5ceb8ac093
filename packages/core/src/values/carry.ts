/**
 * How values travel: to another thread, to another process, into a checkpoint. One way for all of them: `carry` gives what
 * a structured clone keeps whole, with notes of what is to be mended, and `restore` mends the clone; or `carry` refuses,
 * and says what it is and where. docs/values.md has the table of kinds, which a test fills in.
 *
 * Plain values, which nearly all are, are told by `isPlain` and travel as they are; others are copied by a `Copier`.
 */

import { Copier, Uncarriable, type Way } from './copier.ts'
import { type Mending, mend } from './mend.ts'
import { hasLongList, isPlain } from './plain.ts'
import { snapshotOf } from './snapshot.ts'

/** Items ready to be cloned. */
export interface Carried {
  readonly items: readonly unknown[]
  readonly mending?: Mending
}

/** One value ready to be cloned; in a list, if there is something to mend. */
export interface CarriedValue {
  readonly value: unknown
  readonly mending?: Mending
}

/** Makes items `from` up to `to` ready. @throws {Uncarriable} for the first that cannot travel. */
export function carry(items: readonly unknown[], way: Way, from = 0, to = items.length): Carried {
  let copier: Copier | undefined
  let copies: unknown[] | undefined
  for (let i = from; i < to; i++) {
    const item = plainOf(items[i])
    if (item !== NOT_PLAIN) {
      if (!Object.is(item, items[i])) (copies ??= items.slice(from, to))[i - from] = item
      continue
    }
    copier ??= new Copier(way)
    copies ??= items.slice(from, to)
    try {
      copies[i - from] = copier.copy(items[i])
    } catch (error) {
      if (error instanceof Uncarriable) error.at = i
      throw error
    }
  }
  if (copies === undefined) {
    return { items: from === 0 && to === items.length ? items : items.slice(from, to) }
  }
  const mending = copier?.mending(copies)
  return mending === undefined ? { items: copies } : { items: copies, mending }
}

const NOT_PLAIN = Symbol('not plain')

/** The value as it can be sent, if it is plain: itself, or a copy whose lists cannot have getters. */
function plainOf(value: unknown, isLarge = false): unknown {
  if (!isPlain(value, isLarge)) return NOT_PLAIN
  if (!hasLongList) return value
  try {
    const snapshot = snapshotOf(value)
    return isPlain(snapshot, isLarge) ? snapshot : NOT_PLAIN
  } catch {
    return NOT_PLAIN // a getter that throws: whoever looks closer will say where
  }
}

/** Mends a clone of what `carry` gave. @throws {UnknownClassError} if a class is not registered here. */
export function restore({ items, mending }: Carried): readonly unknown[] {
  if (mending !== undefined) mend(mending)
  return items
}

/** Makes one value ready, `isLarge` if it is known to have many parts. @throws {Uncarriable} if it cannot travel. */
export function carryValue(value: unknown, way: Way, isLarge = false): CarriedValue {
  const plain = plainOf(value, isLarge)
  if (plain !== NOT_PLAIN) return { value: plain }
  const copier = new Copier(way)
  const box = [copier.copy(value)]
  const mending = copier.mending(box)
  return mending === undefined ? { value: box[0] } : { value: box, mending }
}

/** Mends a clone of what `carryValue` gave. @throws {UnknownClassError} if a class is not registered here. */
export function restoreValue({ value, mending }: CarriedValue): unknown {
  if (mending === undefined) return value
  mend(mending)
  return (value as readonly unknown[])[0]
}

/** A copy that shares nothing with the value and is as whole as one that has travelled. @throws {Uncarriable} */
export function copyWhole<Value>(value: Value): Value {
  return restoreValue(structuredClone(carryValue(value, 'thread'))) as Value
}

/** Why a value cannot travel; `undefined` if it can. */
export function whyNotCarried(value: unknown, way: Way): Uncarriable | undefined {
  try {
    if (!isPlain(value)) new Copier(way).copy(value)
    return undefined
  } catch (error) {
    if (error instanceof Uncarriable) return error
    throw error
  }
}

/**
 * Stands in a dead letter, or in a `TermError`, for an item that could not leave the worker in which its term failed. It
 * can be read, and not be fed back to its term.
 *
 * @example
 * ```ts
 * import { LostItem } from 'millrace'
 *
 * const item: unknown = new LostItem('{"go":"f"}', 'item.go is a function (go)')
 * console.log(item instanceof LostItem, String(item)) // true {"go":"f"}
 * ```
 */
export class LostItem {
  /** What the item was, in a few words. */
  readonly text: string
  /** Why it could not be sent. */
  readonly reason: string

  constructor(text: string, reason: string) {
    this.text = text
    this.reason = reason
  }

  /** The item in a few words. */
  toString(): string {
    return this.text
  }
}
