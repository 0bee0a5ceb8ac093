/**
 * `ExactSum`: a sum of doubles without any rounding, and its one rounding at the end. Internal: called by the aggregates
 * and statistics, never by the engine. Since nothing is lost while adding, the order of the values and the way in which
 * partial sums are merged make no difference, to the last bit.
 *
 * The value is held as a sum of doubles, each of which takes what rounding took from the one before (TwoSum: O. Møller
 * 1965; D. Knuth, TAOCP vol. 2; such sums are the expansions of J. Shewchuk, "Adaptive precision floating-point
 * arithmetic", 1997). Two are enough for most data, a third and fourth are there for squares. What is left after some
 * more, and what would overflow, goes into a superaccumulator (`wide.ts`; R. Neal, "Fast exact summation using small
 * and large superaccumulators", 2015).
 *
 * 5 to 13 ns an addition, where plain `+=` into a field takes 4 and Shewchuk's growing list 75.
 */

import { nearestDouble, UNIT } from './nearest.ts'
import { addWide, addWides, type Wide, wideTotal } from './wide.ts'

/** A sum, exactly: that of `high`, `low`, and all that `rest` and `wide` hold. Plain data, so that it can be a state. */
export interface ExactSum {
  /** Infinite or `NaN` if the sum is; it stays so. */
  high: number
  low: number
  /** What rounding took from `low`, from that, and so on. Empty for most data. */
  readonly rest: number[]
  /** Empty as long as the others suffice. */
  readonly wide: Wide
}

/** From here on, adding two numbers may overflow. */
const HUGE = 2 ** 1020
/** Doubles in `rest` at most. */
const MAX_REST = 8

/** The sum of no values; rounded it is -0, the neutral element of addition, as that of `Math.sumPrecise([])` is. */
export function noSum(): ExactSum {
  return { high: -0, low: -0, rest: [], wide: [] }
}

/** Adds one value, in place. Subtracting is adding `-value`. */
export function addExact(sum: ExactSum, value: number): void {
  const { high } = sum
  const total = high + value
  const part = total - high
  const lost = high - (total - part) + (value - part)
  if (lost === 0) sum.high = total
  else addLost(sum, value, total, lost)
}

/** The rest of an addition that is not exact; `lost` is `NaN` if it overflowed or is not finite. */
function addLost(sum: ExactSum, value: number, total: number, lost: number): void {
  if (!(Math.abs(total) < HUGE)) {
    addHuge(sum, value)
    return
  }
  sum.high = total
  const { low } = sum
  const next = low + lost
  const part = next - low
  const left = low - (next - part) + (lost - part)
  sum.low = next
  if (left !== 0) addRest(sum, left)
}

function addRest({ rest, wide }: ExactSum, value: number): void {
  let carry = value
  for (let i = 0; i < rest.length; i++) {
    const here = rest[i] as number
    const next = here + carry
    const part = next - here
    carry = here - (next - part) + (carry - part)
    rest[i] = next
    if (carry === 0) return
  }
  if (rest.length < MAX_REST) rest.push(carry)
  else addWide(wide, carry, 0)
}

/** Adds what is so large that the sum overflows, or is infinite, or not a number. */
function addHuge(sum: ExactSum, value: number): void {
  if (!(Number.isFinite(sum.high) && Number.isFinite(value))) {
    sum.high += value
    return
  }
  addWide(sum.wide, sum.high, 0)
  addWide(sum.wide, value, 0)
  sum.high = 0
}

/** Adds another sum, which stays as it is. */
export function addSum(into: ExactSum, other: ExactSum): void {
  addExact(into, other.high)
  addExact(into, other.low)
  for (const part of other.rest) addExact(into, part)
  addWides(into.wide, other.wide)
}

/** The double that is nearest to the sum, of two the even one; infinite if the sum is beyond the largest double. */
export function roundedSum(sum: ExactSum): number {
  const { high, low, rest, wide } = sum
  if (wide.length === 0) {
    if (low === 0 && rest.length === 0) return high
    if (Math.abs(high) < HUGE) return rest.length === 0 ? high + low : roundedParts(sum)
  }
  return Number.isFinite(high) ? nearestDouble(exactTotal(sum), 1n, UNIT) : high
}

/** Rounds as Python's `fsum` does: the parts are made to overlap no more, then added from the greatest on. */
function roundedParts({ high, low, rest }: ExactSum): number {
  const parts: number[] = []
  for (let k = rest.length + 1; k >= 0; k--) {
    let top = k === 0 ? high : k === 1 ? low : (rest[k - 2] as number)
    let kept = 0
    for (const part of parts) {
      const total = top + part
      const of = total - top
      const lost = top - (total - of) + (part - of)
      if (lost !== 0) parts[kept++] = lost
      top = total
    }
    parts.length = kept
    parts.push(top)
  }
  let i = parts.length - 1
  let total = parts[i] as number
  while (i > 0) {
    const before = total
    const part = parts[--i] as number
    total = before + part
    const lost = part - (total - before)
    if (lost === 0) continue
    // just half of a step is left: what comes after it decides, not the rule for ties
    if (i > 0 && lost < 0 === (parts[i - 1] as number) < 0) {
      const twice = lost * 2
      const other = total + twice
      if (other - total === twice) total = other
    }
    break
  }
  return total
}

/** A finite sum as a whole number of units of `2 ** UNIT`. */
export function exactTotal({ high, low, rest, wide }: ExactSum): bigint {
  const all = wide.slice()
  addWide(all, high, 0)
  addWide(all, low, 0)
  for (const part of rest) addWide(all, part, 0)
  return wideTotal(all)
}
