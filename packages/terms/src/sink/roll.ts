/** When files are rolled, and what they are called. Called by `writeLines` and its like, and by `RollingFiles`. */

import { basename, dirname, extname, join } from 'node:path'
import { InvalidOptionError } from '@millrace/core'
import { checkFunction, checkOptions, checkWhole } from '../check.ts'

/** When a file is complete and the next one begins: at least one of `maxBytes` and `everyMs`. */
export interface RollOptions<in Item> {
  /** Bytes of one file at most; a longer line has a file of its own. */
  readonly maxBytes?: number
  /** One file for each of these periods, in ms, which lie side by side from the epoch on. */
  readonly everyMs?: number
  /** To which time an item belongs, in ms since the epoch. Default: the run's clock says it when the item is written. */
  readonly time?: (item: Item) => number
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function checkRoll<Item>(owner: string, roll: RollOptions<Item>): RollOptions<Item> {
  checkOptions(`roll of ${owner}`, roll, { maxBytes: true, everyMs: true, time: true })
  const { maxBytes, everyMs, time } = roll
  if (maxBytes === undefined && everyMs === undefined) {
    throw new InvalidOptionError(`roll of ${owner}()`, roll, 'a record with maxBytes or everyMs, or both')
  }
  if (maxBytes !== undefined) checkWhole(`roll.maxBytes of ${owner}()`, maxBytes, 1)
  if (everyMs !== undefined) checkWhole(`roll.everyMs of ${owner}()`, everyMs, 1)
  if (time !== undefined) {
    checkFunction(`roll.time of ${owner}`, time)
    if (everyMs === undefined)
      throw new InvalidOptionError(`roll.time of ${owner}()`, time, 'left out without everyMs')
  }
  return roll
}

const DAY_MS = 86_400_000
/** Characters of a time in ISO's form that tell periods of at least as many ms apart. */
const PRECISIONS = [
  [DAY_MS, 10],
  [3_600_000, 13],
  [60_000, 16],
  [1000, 19],
  [1, 23],
] as const

/**
 * The path of a part of what is written for a period: `events-2026-11-29T10.ndjson` for `events.ndjson`, with the number of
 * the part behind it from the second one on; without a period, its number alone, `events-000001.ndjson`.
 */
export function partName(file: string, period: number | undefined, everyMs: number, part: number): string {
  const end = extname(file)
  const stem = basename(file, end)
  const label = period === undefined ? String(part).padStart(6, '0') : labelOf(period, everyMs)
  const number = period === undefined || part === 1 ? '' : `-${part}`
  return join(dirname(file), `${stem}-${label}${number}${end}`)
}

function labelOf(period: number, everyMs: number): string {
  const [, chars] = PRECISIONS.find(([ms]) => everyMs % ms === 0) as (typeof PRECISIONS)[number]
  // colons cannot be in names everywhere
  return new Date(period).toISOString().slice(0, chars).replaceAll(/[:.]/g, '-')
}
