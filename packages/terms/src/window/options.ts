/** What window terms take and give. */

import type { Ports } from '@millrace/core'
import type { Aggregate } from '../aggregate/contract.ts'
import type { GroupKey, LatePolicy } from '../event-time/options.ts'

/** The value of one window, from `start` up to, not including, `end`; in ms, or in items for count windows. */
export interface Window<out Value> {
  readonly start: number
  readonly end: number
  readonly value: Value
  /** The result of an item that came after the window was given: it replaces the result before it, if there was one. */
  readonly isLate?: true
}

/** The value of one window of one key. */
export interface KeyedWindow<out Key, out Value> extends Window<Value> {
  readonly key: Key
}

/** What a window term gives: with a key if it was told how to find one. */
export type WindowOf<Key, Value> = [Key] extends [undefined] ? Window<Value> : KeyedWindow<Key, Value>

/** What a window term with `late` gives: with `port`, the outputs `windows` and `late`. */
export type WindowOutput<In, Key, Value, Late> = Late extends 'port'
  ? Ports<{ windows: WindowOf<Key, Value>; late: In }>
  : WindowOf<Key, Value>

/** Options that all windows share. */
export interface GroupOptions<In, Key extends GroupKey | undefined, Value> {
  /** The key of an item: each key has windows of its own. Default: one window for all. */
  readonly key?: (item: In) => Key
  /** What a window's value is. Default: the array of its items, `collectOf()`. */
  readonly aggregate?: Aggregate<In, Value>
  /** Windows (for sliding ones: parts of windows) held at most, over all keys; one more is an error. Default 100,000. */
  readonly maxOpen?: number
}

/** Options of windows in time. */
export interface TimeWindowOptions<In, Key extends GroupKey | undefined, Value, Late extends LatePolicy>
  extends GroupOptions<In, Key, Value> {
  /** The event time of an item, in ms. Default: none; windows are then in processing time. */
  readonly time?: (item: In) => number
  /** How far an item's time may lie behind the latest seen, in ms, without being late. Default 0. */
  readonly outOfOrderMs?: number
  /** How long, in ms, a given window is kept for late items, each of which gives it anew. Default 0. */
  readonly allowedLatenessMs?: number
  /** What becomes of items whose windows are gone. Default `fail`, which cannot be had with `idleMs`. */
  readonly late?: Late
  /**
   * In event time: once no item of any key has come for this long, in ms of the run's clock, the open windows of all keys are given,
   * and the watermark stands at the end of the last of them. An item that comes later and whose windows end by then is late:
   * a quiet spell within a window is enough for that. So `late` must be `drop` or `port`. There is one watermark for all keys:
   * a key that is quiet while others are not has its windows given as theirs go on, `idleMs` or not; and what is late is late
   * for each key. Time in which the term has an item to read, or cannot read since its output is full or the run is paused or held for a
   * checkpoint, is no silence. Which items are late is a matter of when they come. Behind a `mergeByTime` it must be longer
   * than that one's. Default: the watermark stands still while no item comes.
   */
  readonly idleMs?: number
}
