/** What items are ordered by: checked, so that the order is the same whatever the order in which they came. Internal. */

import { BadInputError, checkSyncFunction, InvalidOptionError } from '@millrace/core'
import { isRefusedPromise } from '@millrace/core/engine'

/** A value that has one order only: numbers and dates by size, strings by their UTF-16 code units, `false` before `true`. */
export type Rank = number | bigint | string | boolean | Date

/** What an item is ordered by: one value, or several, of which the first that differs decides. */
export type Ranks = Rank | readonly Rank[]

/** The order of items. */
export interface OrderOptions {
  /** `ascending`: the least first; `descending`: the greatest first. */
  readonly order?: 'ascending' | 'descending'
}

/** An item, with what it is ordered by and its place in the stream. Plain data. */
export interface Ranked {
  readonly ranks: readonly (number | bigint | string | boolean)[]
  /** Of items that rank alike, the earlier comes first. */
  seq: number
  readonly item: unknown
}

/** Ranks and compares items. */
export interface Order {
  rank(item: unknown, seq: number): Ranked
  /** @throws {BadInputError} if the two are not ranked by values of the same types: asked of all items, so that it does not depend on which ones are compared. */
  checkAlike(one: Ranked, other: Ranked): void
  /** Negative if `one` comes before `other`; never 0 for two items. */
  compare(one: Ranked, other: Ranked): number
}

/** @throws {InvalidOptionError} if `by` is no function, or `order` none that there is. */
export function orderOf<In>(
  owner: string,
  by: (item: In) => Ranks,
  order: 'ascending' | 'descending',
): Order {
  checkSyncFunction(owner, by)
  if (order !== 'ascending' && order !== 'descending') {
    throw new InvalidOptionError(`order of ${owner}()`, order, '"ascending" or "descending"')
  }
  const sign = order === 'ascending' ? 1 : -1
  return {
    rank: (item, seq) => ({ ranks: ranksOf(owner, by(item as In)), seq, item }),
    checkAlike: (one, other) => {
      const [types, others] = [typesOf(one), typesOf(other)]
      if (types === others) return
      throw new BadInputError(
        `${owner}() cannot compare items by ${types} and by ${others}. Order all items by values of the same types.`,
      )
    },
    compare: (one, other) => sign * compareRanks(one.ranks, other.ranks) || one.seq - other.seq,
  }
}

function ranksOf(owner: string, by: Ranks): Ranked['ranks'] {
  return (Array.isArray(by) ? (by as readonly Rank[]) : [by as Rank]).map((value) => {
    const plain = value instanceof Date ? value.getTime() : value
    if (RANKED.has(typeof plain) && !Number.isNaN(plain)) return plain
    isRefusedPromise(value)
    throw new BadInputError(
      `${owner}() cannot order an item by ${named(value)}. It orders by numbers, bigints, strings, booleans and dates; ` +
        'give missing values a rank of their own.',
    )
  })
}

const RANKED = new Set(['number', 'bigint', 'string', 'boolean'])

function named(value: unknown): string {
  if (value instanceof Date) return 'a date that is none'
  if (value === null || value === undefined || typeof value === 'number') return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function typesOf({ ranks }: Ranked): string {
  return ranks.length === 1 ? typeof ranks[0] : ranks.map((rank) => typeof rank).join(', ')
}

/** Compares values of the same types, number by number. */
function compareRanks(one: Ranked['ranks'], other: Ranked['ranks']): number {
  for (const [at, rank] of one.entries()) {
    const than = other[at] as typeof rank
    if (rank !== than) return rank < than ? -1 : 1
  }
  return 0
}
