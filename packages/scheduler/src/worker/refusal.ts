/**
 * What terms are told of values that cannot be sent, and how items travel whose loss must not hide an error. Called on both
 * sides of both protocols.
 */

import { isMainThread } from 'node:worker_threads'
import { describe, LostItem, NotCloneableError } from '@millrace/core'
import {
  type CarriedValue,
  carryValue,
  isA,
  restoreValue,
  Uncarriable,
  type Way,
} from '@millrace/core/engine'

/** How what a worker sends goes: a worker that is a process has no thread but its main one. */
export const OWN_WAY: Way = isMainThread ? 'process' : 'thread'

/** What is to be sent, as messages say it, and how the value itself is called there. */
const PARTS = {
  input: ['its input cannot be sent to a worker', 'item', 'Give it plain data'],
  result: ['its result cannot be sent to another thread', 'item', 'Return plain data'],
  state: ['its state must be a value that can be cloned', 'state', 'Keep plain data in ctx.state'],
} as const

/** The error of a term whose `part` cannot be sent. */
export function refusal(part: keyof typeof PARTS, why: Uncarriable): NotCloneableError {
  const [what, name, remedy] = PARTS[part]
  const whose = part === 'state' ? `${what}, but ${name}` : `${what}: ${name}`
  return new NotCloneableError(whose, why, `${remedy}, or keep the term on the caller's thread with local().`)
}

/** An item as it travels beside an error: whole, or as a few words. */
export type WireItem =
  | { readonly kind: 'whole'; readonly carried: CarriedValue }
  | { readonly kind: 'lost'; readonly text: string; readonly reason: string }

/** Never throws. */
export function toWireItem(item: unknown, way: Way = OWN_WAY): WireItem {
  if (isA(item, LostItem)) return { kind: 'lost', text: item.text, reason: item.reason }
  try {
    return { kind: 'whole', carried: carryValue(item, way) }
  } catch (error) {
    const reason = error instanceof Uncarriable ? `item${error.path} is ${error.what}` : describe(error)
    return { kind: 'lost', text: describe(item), reason }
  }
}

/** The item, or what stands for it. */
export function fromWireItem(wire: WireItem): unknown {
  return wire.kind === 'whole' ? restoreValue(wire.carried) : new LostItem(wire.text, wire.reason)
}
