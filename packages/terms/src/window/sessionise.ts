/** `sessionise`: the items of each session, sorted. */

import type { KernelTerm, Ports } from '@millrace/core'
import { collectOf } from '../aggregate/collect-of.ts'
import type { Aggregate } from '../aggregate/contract.ts'
import { checkOptions } from '../check.ts'
import { checkMs, type GroupKey, type LatePolicy, timeOf } from '../event-time/options.ts'
import { type SessionState, sessions } from './sessions.ts'
import { windowTerm } from './window-term.ts'
import type { WindowState } from './windower.ts'

/** The items of one key that followed one another closely. */
export interface SessionItems<out In> {
  /** When the last of them was. */
  readonly last: number
  /** Sorted by time; of equal times in the order in which they came. */
  readonly items: readonly In[]
}

/** One session that {@link sessionise} gives. */
export interface Sessionised<out In, out Key> {
  readonly key: Key
  /** The time of the first item, and `gapMs` after the last. */
  readonly start: number
  readonly end: number
  readonly value: SessionItems<In>
  /** As for other windows. */
  readonly isLate?: true
}

/** Options of {@link sessionise}. */
export interface SessioniseOptions<In, Key extends GroupKey, Late extends LatePolicy> {
  /** Whose session an item belongs to. */
  readonly key: (item: In) => Key
  /** The event time of an item, in ms. */
  readonly time: (item: In) => number
  /** A session ends where the next item is this much later, in ms, or more. */
  readonly gapMs: number
  /** How far an item's time may lie behind the latest seen, in ms, without being late. Default 0. */
  readonly outOfOrderMs?: number
  /** What becomes of items whose session is gone. Default `fail`. */
  readonly late?: Late
  /** Items in one session at most; one more is an error. Default 10,000. */
  readonly maxItems?: number
  /** Open sessions at most; one more is an error. Default 100,000. */
  readonly maxOpen?: number
}

/**
 * Cuts the stream of each key into sessions, and gives the items of each, sorted by time: a visit, page by page.
 *
 * Short for a `sessionWindow` in event time that collects and sorts. Sessions leave in the order of their ends, when
 * the watermark has reached them.
 *
 * Stateful: the items of open sessions, `maxItems` in each, `maxOpen` sessions. Holds nothing back; a full output parks
 * the term.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails as that of `sessionWindow` does, and with a
 * `BadInputError` if a session has more than `maxItems`.
 *
 * @example
 * ```ts
 * import { fromIterable, sessionise, toArray } from 'millrace/terms'
 *
 * const clicks = fromIterable([
 *   { user: 'eva', at: 0, page: '/' },
 *   { user: 'ben', at: 5, page: '/' },
 *   { user: 'eva', at: 20, page: '/buy' },
 *   { user: 'eva', at: 99, page: '/' },
 * ])
 * const visits = clicks.pipe(sessionise({ key: (click) => click.user, time: (click) => click.at, gapMs: 30 }))
 * for (const { key, value } of await toArray(visits)) console.log(key, value.items.map(({ page }) => page))
 * // ben [ '/' ]
 * // eva [ '/', '/buy' ]
 * // eva [ '/' ]
 * ```
 */
export function sessionise<In, Key extends GroupKey, Late extends LatePolicy = 'fail'>(
  options: SessioniseOptions<In, Key, Late>,
): KernelTerm<
  In,
  Late extends 'port' ? Ports<{ windows: Sessionised<In, Key>; late: In }> : Sessionised<In, Key>,
  WindowState<SessionState>
> {
  checkOptions('sessionise', options, {
    key: true,
    time: true,
    gapMs: true,
    outOfOrderMs: true,
    late: true,
    maxItems: true,
    maxOpen: true,
  })
  const { gapMs, maxItems, ...rest } = options
  checkMs('gapMs of sessionise()', gapMs, Number.MIN_VALUE)
  const time = timeOf('sessionise', options.time)
  const items = collectOf<In>(maxItems === undefined ? {} : { maxItems })
  const aggregate: Aggregate<In, SessionItems<In>, In[]> = {
    ...items,
    result: (unsorted) => {
      const sorted = unsorted.toSorted((a, b) => time(a) - time(b))
      return { last: time(sorted.at(-1) as In), items: sorted }
    },
  }
  return windowTerm('sessionise', { ...rest, aggregate }, (shared) => sessions(gapMs, shared)) as never
}
