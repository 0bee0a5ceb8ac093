/** The items that an interval join holds, by key and by when they can go. Internal but for its types. */

import { type Entry, popEntry, pushEntry } from '../event-time/heap.ts'
import type { ReadState } from '../event-time/read-by-time.ts'
import type { Side } from './options.ts'

/** An item that may still find a match, until the watermark is beyond `at`. */
export interface Held extends Entry {
  readonly side: Side
  readonly key: unknown
  readonly item: unknown
  /** Its own time. */
  readonly time: number
  isMatched: boolean
}

/** The state of an interval join. */
export interface JoinState extends ReadState {
  /** Of each input, by key, in the order in which they were read. */
  readonly byKey: Readonly<Record<Side, Map<unknown, Held[]>>>
  /** The same items as a heap, the next to go first. */
  readonly due: Held[]
  /** Items read. */
  seq: number
}

/** The state before the first item. */
export function noneHeld(): JoinState {
  return { heads: new Map(), byKey: { left: new Map(), right: new Map() }, due: [], seq: 0 }
}

/** Holds an item. */
export function addHeld({ byKey, due }: JoinState, held: Held): void {
  pushEntry(due, held)
  const ofKey = byKey[held.side].get(held.key)
  if (ofKey === undefined) byKey[held.side].set(held.key, [held])
  else ofKey.push(held)
}

/** Takes off the items whose time is over, one by one. */
export function* dropBefore({ byKey, due }: JoinState, watermark: number): Generator<Held, void, undefined> {
  while (due.length > 0 && (due[0] as Held).at < watermark) {
    const held = popEntry(due)
    const ofKey = byKey[held.side].get(held.key) as Held[]
    ofKey.splice(ofKey.indexOf(held), 1)
    if (ofKey.length === 0) byKey[held.side].delete(held.key)
    yield held
  }
}
