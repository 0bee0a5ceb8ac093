/** Plain recomputations of windows over whole arrays, for the tests of this folder: slow, short, and written apart. */

import type { Random } from '@millrace/core/testing'

/** A reading of the tests; `id` tells items of one time apart. */
export interface Reading {
  readonly id: number
  readonly key: string
  readonly at: number
  readonly value: number
}

/** Readings in a random order that goes forward by and by, with some far behind. */
export function randomReadings(random: Random, count: number): Reading[] {
  const keys = ['a', 'b', 'c'].slice(0, 1 + random.below(3))
  let now = random.below(50) - 25
  return Array.from({ length: count }, (_, id) => {
    now += random.below(random.below(8) === 0 ? 60 : 6)
    const behind = random.below(4) === 0 ? random.below(40) : 0
    return { id, key: random.pick(keys), at: now - behind, value: random.below(100) }
  })
}

/** The watermark that each item of `items` meets: the latest time so far, its own included, less the allowance. */
export function watermarks(items: readonly Reading[], outOfOrderMs: number): number[] {
  let latest = Number.NEGATIVE_INFINITY
  return items.map(({ at }) => {
    latest = Math.max(latest, at)
    return latest - outOfOrderMs
  })
}

/** The starts of the windows that hold `at`. */
export function startsOf(at: number, size: number, slide: number, offset: number): number[] {
  const starts: number[] = []
  for (let start = offset - 10_000 * slide; start <= at; start += slide)
    if (start + size > at) starts.push(start)
  return starts
}

/** A window's ids, for comparing without regard to order inside. */
export interface Expected {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly ids: readonly number[]
}

/** Ends first, then keys: an order that does not ask when keys came. */
export function byEndAndKey(a: Expected, b: Expected): number {
  return a.end - b.end || a.start - b.start || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
}
