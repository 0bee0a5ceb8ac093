/** What the statistics of this folder read off the moments of a stream of numbers. Internal. */

import type { Moments } from '../aggregate/moments.ts'

/** Standard deviation, the squares divided by `count - ddof`; `NaN` if that is not above 0. */
export function deviationOf({ count, squares }: Moments, ddof: 0 | 1): number {
  return count > ddof ? Math.sqrt(squares / (count - ddof)) : Number.NaN
}

/** Mean; `NaN` of no values. */
export function meanOfMoments({ count, mean }: Moments): number {
  return count > 0 ? mean : Number.NaN
}
