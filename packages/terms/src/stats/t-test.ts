/** What the two t-tests have in common: the statistic of a mean and its probability. Internal. */

import { deviationOf, type Moments, meanOfTotal } from '../exact/moments.ts'
import { studentTwoSided } from './tails.ts'

/** A t-test's figures so far. `t` and `p` are `null` until there are two samples. */
export interface TTestResult {
  /** Samples so far. */
  readonly count: number
  /** The statistic; infinite, or `NaN`, where all samples are the same. */
  readonly t: number | null
  /** Two-sided probability of a statistic at least as far from 0, if the hypothesis holds. */
  readonly p: number | null
}

/** The test of the hypothesis that the samples come from a distribution whose mean is `expected`. */
export function tTestOf(moments: Moments, expected: number): TTestResult {
  const { count } = moments
  if (count < 2) return { count, t: null, p: null }
  const t = (meanOfTotal(moments) - expected) / (deviationOf(moments, 1) / Math.sqrt(count))
  return { count, t, p: studentTwoSided(t, count - 1) }
}
