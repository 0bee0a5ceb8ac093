/**
 * Tails of Student's t and of the chi-square distribution, to nearly full precision. Used by the tests of
 * hypotheses. Internal.
 *
 * Written out since what packages offer is either less exact than 1e-9, or some hundred packages or a WebAssembly
 * module for these two functions. Continued fractions are evaluated by the method of W. J. Lentz (1976) in the form
 * of I. J. Thompson and A. R. Barnett (1986). DLMF is the NIST Digital Library of Mathematical Functions.
 */

const TINY = 1e-300
const PRECISION = 1e-16
/** Terms at most; series and fractions need some `sqrt(degrees of freedom)` of them. */
const MAX_TERMS = 100_000

/** Probability that |T| is at least |t|, T having Student's distribution with `df` degrees of freedom. */
export function studentTwoSided(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN
  if (!Number.isFinite(t)) return 0
  const [a, b] = [df / 2, 0.5]
  const ratio = (t * t) / df
  // x and 1 - x are computed apart: neither loses digits to the other
  const x = 1 / (1 + ratio)
  const y = Number.isFinite(ratio) ? ratio / (1 + ratio) : 1
  const front = (gammaRatio(a) / Math.sqrt(Math.PI)) * Math.exp(-a * Math.log1p(ratio)) * Math.sqrt(y)
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, y)) / b
}

/** Probability that a chi-square variable with `df` degrees of freedom, a whole number, is at least `x`. */
export function chiSquareTail(x: number, df: number): number {
  if (Number.isNaN(x) || !(df > 0)) return Number.NaN
  if (x <= 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  const [a, z] = [df / 2, x / 2]
  const front = Math.exp(a * Math.log(z) - z - logGamma(df))
  return z < a + 1 ? 1 - front * gammaSeries(a, z) : front * gammaFraction(a, z)
}

/** Gamma(a + 1/2) / Gamma(a): its expansion for large `a` (DLMF 5.11.13), reached by the recurrence. */
function gammaRatio(a: number): number {
  let factor = 1
  for (; a < 20; a++) factor *= a / (a + 0.5)
  const i = 1 / a
  const series =
    1 +
    i *
      (-1 / 8 +
        i *
          (1 / 128 +
            i *
              (5 / 1024 +
                i *
                  (-21 / 32_768 + i * (-399 / 262_144 + i * (869 / 4_194_304 + i * (39_325 / 33_554_432)))))))
  return factor * Math.sqrt(a) * series
}

/** The logarithm of Gamma(df / 2), `df` a whole number. */
function logGamma(df: number): number {
  let log = df % 2 === 0 ? 0 : Math.log(Math.PI) / 2
  for (let a = df % 2 === 0 ? 1 : 0.5; a < df / 2; a++) log += Math.log(a)
  return log
}

/** The continued fraction of the incomplete beta function: DLMF 8.17.22. */
function betaFraction(a: number, b: number, x: number): number {
  return lentz((term) => {
    if (term === 0) return 1
    const m = term >> 1
    return term % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
  })
}

/** 1 / (1 + d1 / (1 + d2 / …)), with `part(0)` = 1 and `part(k)` = dk. */
function lentz(part: (term: number) => number): number {
  let [value, c, d] = [TINY, TINY, 0]
  for (let term = 0; term < MAX_TERMS; term++) {
    const numerator = part(term)
    d = 1 / nonZero(1 + numerator * d)
    c = nonZero(1 + numerator / c)
    value *= c * d
    if (Math.abs(c * d - 1) < PRECISION) break
  }
  return value
}

/** The series of the lower incomplete gamma function, without its front: DLMF 8.11.4. */
function gammaSeries(a: number, z: number): number {
  let [part, sum] = [1 / a, 1 / a]
  for (let term = 1; term < MAX_TERMS && part > sum * PRECISION; term++) {
    part *= z / (a + term)
    sum += part
  }
  return sum
}

/** The continued fraction of the upper incomplete gamma function, without its front: DLMF 8.9.2, contracted. */
function gammaFraction(a: number, z: number): number {
  let b = z + 1 - a
  let [c, d] = [1 / TINY, 1 / b]
  let value = d
  for (let term = 1; term < MAX_TERMS; term++) {
    const numerator = -term * (term - a)
    b += 2
    d = 1 / nonZero(numerator * d + b)
    c = nonZero(b + numerator / c)
    value *= c * d
    if (Math.abs(c * d - 1) < PRECISION) break
  }
  return value
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
