/**
 * `Moments`: count, sum and sum of squares of a stream of numbers, exactly; and the mean, the standard deviation and the
 * statistics that follow from them. Internal: called by `meanOf`, `stdOf`, and the statistics.
 *
 * All results depend on the exact values of the sums alone, so they are the same bit for bit in whatever order the
 * values came and however partial sums were merged. No difference of rounded sums is taken anywhere: neither B. P.
 * Welford's updating (1962) nor the merging of T. Chan, G. Golub and R. LeVeque (1979) is needed.
 */

import { addExact, addSum, type ExactSum, exactTotal, noSum, roundedSum } from './exact-sum.ts'
import { nearestDouble, nearestScaled, scaled, UNIT } from './nearest.ts'
import { addWide } from './wide.ts'

/** How many values there were, and their exact sum. Plain data. */
export interface ExactTotal {
  count: number
  readonly sum: ExactSum
}

/** The same with the exact sum of their squares. Plain data. */
export interface Moments extends ExactTotal {
  readonly squares: ExactSum
}

/** The total of no values. */
export function noTotal(): ExactTotal {
  return { count: 0, sum: noSum() }
}

/** Takes one value in, in place. */
export function addToTotal(total: ExactTotal, value: number): ExactTotal {
  total.count += 1
  addExact(total.sum, value)
  return total
}

/** Takes in what another total has seen; that one stays as it is. */
export function mergeTotals(into: ExactTotal, other: ExactTotal): ExactTotal {
  into.count += other.count
  addSum(into.sum, other.sum)
  return into
}

/** The moments of no values. */
export function noMoments(): Moments {
  return { count: 0, sum: noSum(), squares: noSum() }
}

/** Takes one value in, in place. */
export function addMoment(moments: Moments, value: number): Moments {
  moments.count += 1
  addExact(moments.sum, value)
  addSquare(moments.squares, value)
  return moments
}

/** Takes in what other moments have seen; those stay as they are. */
export function mergeMoments(into: Moments, other: Moments): Moments {
  into.count += other.count
  addSum(into.sum, other.sum)
  addSum(into.squares, other.squares)
  return into
}

/** The sum, rounded once; 0 of no values. */
export function sumOfTotal({ count, sum }: ExactTotal): number {
  return count === 0 ? 0 : roundedSum(sum)
}

/** The mean, rounded once; `NaN` of no values. */
export function meanOfTotal({ count, sum }: ExactTotal): number {
  if (count === 0) return Number.NaN
  if (!Number.isFinite(sum.high)) return sum.high
  if (sum.wide.length === 0) {
    if (sum.low === 0 && sum.rest.length === 0) return sum.high / count
    const near = isModerate(sum.high) ? quotientOf(sum, count) : undefined
    if (near !== undefined) return near
  }
  return nearestDouble(exactTotal(sum), BigInt(count), UNIT)
}

/** The double nearest to `sum / count`, if it is not close to a tie. */
function quotientOf(sum: ExactSum, count: number): number | undefined {
  let near = roundedSum(sum) / count
  for (let tries = 0; tries < 2; tries++) {
    const left = noSum()
    addSum(left, sum)
    addProduct(left, -near, count)
    const rest = roundedSum(left)
    // less than half the way to the next double, on the side where it is nearer
    if (Math.abs(rest) < (count * stepBelow(Math.abs(near))) / 2) return near
    near += rest / count
  }
  return undefined
}

/**
 * The standard deviation, the squares divided by `count - ddof`; `NaN` if that is not above 0 or a value is not finite.
 * Within a bit of exact arithmetic.
 */
export function deviationOf(moments: Moments, ddof: 0 | 1): number {
  const { count, sum, squares } = moments
  if (count <= ddof || !Number.isFinite(sum.high)) return Number.NaN
  const divisor = count * (count - ddof)
  if (squares.wide.length === 0 && sum.wide.length === 0) {
    return Math.sqrt(roundedSum(spreadOf(moments)) / divisor)
  }
  const total = exactTotal(sum)
  const spread = ((BigInt(count) * exactTotal(squares)) << BigInt(-UNIT)) - total * total
  const { mantissa, exponent } = nearestScaled(spread, 2 * UNIT)
  // the variance may be beyond all doubles where the deviation is not
  const odd = Math.abs(exponent % 2)
  return scaled(Math.sqrt((mantissa * 2 ** odd) / divisor), (exponent - odd) / 2)
}

/** `count * squares - sum²`, exactly, of moderate values. */
function spreadOf({ count, sum, squares }: Moments): ExactSum {
  const spread = noSum()
  addProduct(spread, squares.high, count)
  addProduct(spread, squares.low, count)
  for (const part of squares.rest) addProduct(spread, part, count)
  const parts = [sum.high, sum.low, ...sum.rest]
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as number
    addProduct(spread, -part, part)
    for (let j = 0; j < i; j++) addProduct(spread, -2 * part, parts[j] as number)
  }
  return spread
}

/** Numbers between these (and 0) have products and squares that split into two doubles without under- or overflow. */
const [LEAST, MOST] = [2 ** -400, 2 ** 400]

function isModerate(value: number): boolean {
  const size = Math.abs(value)
  return size >= LEAST && size <= MOST
}

/** Adds `value * value`, in place. What is not moderate goes into the superaccumulator, so `deviationOf` can tell. */
function addSquare(squares: ExactSum, value: number): void {
  if (isModerate(value)) addProduct(squares, value, value)
  else if (value !== 0 && Number.isFinite(value)) {
    const shift = Math.abs(value) > 1 ? 600 : -600
    const moderate = value * 2 ** -shift
    const product = moderate * moderate
    addWide(squares.wide, product, 2 * shift)
    addWide(squares.wide, lostOf(moderate, moderate, product), 2 * shift)
  }
}

/** Adds `a * b`, in place, of moderate numbers or parts of their sums. */
function addProduct(sum: ExactSum, a: number, b: number): void {
  const product = a * b
  if (product === 0) return
  addExact(sum, product)
  const lost = lostOf(a, b, product)
  if (lost !== 0) addExact(sum, lost)
}

/** What rounding took from a product: T. Dekker, "A floating-point technique for extending the available precision", 1971. */
function lostOf(a: number, b: number, product: number): number {
  const spreadA = 134_217_729 * a
  const upperA = spreadA - (spreadA - a)
  const lowerA = a - upperA
  const spreadB = 134_217_729 * b
  const upperB = spreadB - (spreadB - b)
  const lowerB = b - upperB
  return lowerA * lowerB - (product - upperA * upperB - lowerA * upperB - upperA * lowerB)
}

/** Multiplied by this, a double is a bit more than half of a step: S. Rump et al., "Computing predecessor and successor", 2009. */
const HALF_STEP = 2 ** -53 * (1 + 2 ** -52)

/** How far the next smaller double is, of a positive normal one. */
function stepBelow(size: number): number {
  return size - (size - size * HALF_STEP)
}
