/** What joins have in common: their two inputs, their kinds, and what becomes of late items. */

import { checkSyncFunction, InvalidOptionError } from '@millrace/core'
import { keyOf, timeOf } from '../event-time/options.ts'

/** Which rows a join gives beside the matches: none, or also the items of one side, or of both, without a match. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

/** A match; `left` or `right` is missing where the kind of join gives items without one. */
export type JoinedRow<Left, Right, Kind extends JoinKind> = {
  inner: { readonly left: Left; readonly right: Right }
  left: { readonly left: Left; readonly right?: Right }
  right: { readonly left?: Left; readonly right: Right }
  full: { readonly left?: Left; readonly right?: Right }
}[Kind]

/** One of the two inputs. */
export type Side = 'left' | 'right'

/** The inputs in the order in which items of one time are read. */
export const SIDES: readonly Side[] = ['left', 'right']

/** A function for each input. */
export interface Sides<Left, Right, Result> {
  /** Called with items of the input `left`. */
  readonly left: (item: Left) => Result
  /** Called with items of the input `right`. */
  readonly right: (item: Right) => Result
}

/** What joins in event time are told. */
export interface TimedJoinOptions<Left, Right, Key, Kind extends JoinKind> {
  /** The event time of the items of each input, in ms. */
  readonly time: Sides<Left, Right, number>
  /** What two items must have in common. */
  readonly key: Sides<Left, Right, Key>
  /** `inner` (the default), `left`, `right` or `full`. Items without a match that it does not give count as unmatched. */
  readonly kind?: Kind
  /** How far an item's time may lie behind the latest of its own input, in ms, without being late. Default 0. */
  readonly outOfOrderMs?: number
  /** What becomes of late items: an error, or they are filtered out. Default `fail`. */
  readonly late?: 'fail' | 'drop'
  /** Items held at most, of both inputs together; one more is an error. Default 100,000. */
  readonly maxItems?: number
}

/** A checked function of an item of either input. */
export type OfSide<Result> = (side: Side, item: unknown) => Result

/** @throws {InvalidOptionError} if one of the two is no function. */
export function timesOf<Left, Right>(owner: string, time: Sides<Left, Right, number>): OfSide<number> {
  return bothSides((side) => timeOf(`${owner}, ${side}`, sideOf(owner, 'time', time, side)))
}

/** @throws {InvalidOptionError} if one of the two is no function. */
export function keysOf<Left, Right, Key>(owner: string, key: Sides<Left, Right, Key>): OfSide<Key> {
  return bothSides((side) => keyOf(`${owner}, ${side}`, sideOf(owner, 'key', key, side)))
}

function sideOf<Left, Right, Result>(
  owner: string,
  option: string,
  sides: Sides<Left, Right, Result>,
  side: Side,
): (item: unknown) => Result {
  const f = (sides as Partial<Sides<Left, Right, Result>> | undefined)?.[side] as (item: unknown) => Result
  checkSyncFunction(`${option}.${side} of ${owner}`, f)
  return f
}

function bothSides<Result>(make: (side: Side) => (item: unknown) => Result): OfSide<Result> {
  const [left, right] = [make('left'), make('right')]
  return (side, item) => (side === 'left' ? left(item) : right(item))
}

/** @throws {InvalidOptionError} for a kind that does not exist. */
export function checkKind(owner: string, kind: unknown, kinds: readonly JoinKind[]): void {
  if (!kinds.includes(kind as JoinKind)) {
    throw new InvalidOptionError(`kind of ${owner}()`, kind, kinds.map((known) => `"${known}"`).join(', '))
  }
}

/** @throws {InvalidOptionError} if `late` is neither. */
export function checkFailOrDrop(owner: string, late: unknown): void {
  if (late !== 'fail' && late !== 'drop') {
    throw new InvalidOptionError(`late of ${owner}()`, late, '"fail" or "drop"')
  }
}
