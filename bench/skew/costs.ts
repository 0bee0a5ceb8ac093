// The heavy tail: costs from 1 to 1,000, most of them small, and most of the work in a few. They come in runs of
// neighbours, as sizes do that come from one document, customer or hour. Pure; every contender uses the same costs.

import { stepsFor } from '../shared/spin.ts'

/** Data sets that one run works through, one after the other: one alone could be a lucky or an unlucky one. */
export const seeds = [1, 2, 3, 4, 5] as const

const tail = 0.8
const greatest = 1_000
const runItems = 8
/** What one data set takes on one thread. */
const setMs = 100

/** Steps of `spin` for each item of a data set; they add up to 100 ms, whatever the seed. */
export function costsOf(seed: number, items: number, stepsPerUs: number): number[] {
  const random = mulberry32(seed)
  const costs: number[] = []
  while (costs.length < items) {
    // Pareto's distribution by inversion, cut off at its upper end
    const cost = Math.min(greatest, (1 - random()) ** (-1 / tail))
    for (let n = 0; n < runItems && costs.length < items; n++) costs.push(cost)
  }
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  return costs.map((cost) => stepsFor(Math.max(1, (cost / total) * setMs * 1_000), stepsPerUs))
}

/** Random numbers from 0 to 1 that are the same everywhere: mulberry32 by T. Ettinger, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
