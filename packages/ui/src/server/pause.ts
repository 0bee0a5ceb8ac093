/** How long a `Feed` waits before it looks at its run again. Pure. */

const EVERY_MS = 500
/** A pause is at least this many times as long as the look before it. */
const PAUSE_FACTOR = 40
/** For the page's sake, too: of 10,000 terms figures come every two seconds, of which they are the means anyway. */
const FIGURES_PER_MS = 10
/** Looks by which a look is judged. */
export const LOOKS = 3

/**
 * The pause after some looks, the newest last, at this many figures. By the median of the last three: one that takes long, as the
 * first does before its code is compiled, is passed over, and two of three are not.
 */
export function pauseAfter(tookMs: readonly number[], figures: number): number {
  const sorted = tookMs.slice(-LOOKS).toSorted((a, b) => a - b)
  // of two the quicker one
  const median = tookMs.length < 2 ? 0 : (sorted[Math.floor((sorted.length - 1) / 2)] as number)
  return Math.max(EVERY_MS, median * PAUSE_FACTOR, figures / FIGURES_PER_MS)
}
