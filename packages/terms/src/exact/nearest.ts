/** `nearestDouble`: fractions of big integers, rounded once. Internal: called where exact sums leave the fast way. */

/** The last place of exact totals: below that of the square of the smallest double, `2 ** -2148`, with 52 places to it. */
export const UNIT = -2304

/** A number that is `mantissa * 2 ** exponent`; the mantissa has at most 53 bits. */
export interface Scaled {
  readonly mantissa: number
  readonly exponent: number
}

/** The double nearest to `numerator / denominator * 2 ** exponent`, of two the even one. The denominator is positive. */
export function nearestDouble(numerator: bigint, denominator: bigint, exponent: number): number {
  const { mantissa, exponent: e } = rounded(numerator, denominator, exponent, -1074)
  return scaled(mantissa, e)
}

/** `value * 2 ** exponent`, for exponents for which the power alone would over- or underflow. */
export function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2)
  return value * 2 ** half * 2 ** (exponent - half)
}

/** The same with an exponent that has no bounds. */
export function nearestScaled(numerator: bigint, exponent: number): Scaled {
  return rounded(numerator, 1n, exponent, Number.NEGATIVE_INFINITY)
}

function rounded(numerator: bigint, denominator: bigint, exponent: number, leastExponent: number): Scaled {
  if (numerator === 0n) return { mantissa: 0, exponent: 0 }
  const isNegative = numerator < 0n
  let size = isNegative ? -numerator : numerator
  let e = exponent
  // a quotient of 64 bits or more, and one bit that says whether anything is left behind it
  const missing = 64 - (bitsOf(size) - bitsOf(denominator))
  if (missing > 0) {
    size <<= BigInt(missing)
    e -= missing
  }
  const quotient = size / denominator
  const isInexact = quotient * denominator !== size
  size = (quotient << 1n) | (isInexact ? 1n : 0n)
  e -= 1

  const drop = Math.max(bitsOf(size) - 53, leastExponent - e)
  const shift = BigInt(drop)
  let kept = size >> shift
  const left = size - (kept << shift)
  const half = 1n << (shift - 1n)
  if (left > half || (left === half && (kept & 1n) === 1n)) kept += 1n
  return { mantissa: Number(isNegative ? -kept : kept), exponent: e + drop }
}

function bitsOf(size: bigint): number {
  const digits = size.toString(16)
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28)
}
