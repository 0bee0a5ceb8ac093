// How long the server takes for an answer, in ms.

/** Delays of a workload: all alike, or most of them short and a few very long. */
export type Kind = 'even' | 'heavy'

/** The least delay, and all there are where delays are even: as coarse as timers are. */
const LEAST_MS = 1
/** Pareto's distribution, cut off. */
const EXPONENT = 1.3
const MOST_MS = 50

/** The delay for an item: the same in each run. */
export function delayMs(kind: Kind, item: number): number {
  if (kind === 'even') return LEAST_MS
  // a multiplicative hash: the items' places in the unit interval are spread evenly
  const place = (Math.imul(item + 1, 2_654_435_761) >>> 0) / 2 ** 32
  return Math.min(MOST_MS, LEAST_MS * (1 - place) ** (-1 / EXPONENT))
}
