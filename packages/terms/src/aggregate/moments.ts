/** Count, mean and squared distances, brought up to date with each value. Used by `meanOf` and `stdOf`. Internal. */

/** What `meanOf` and `stdOf` know about the values they have seen. */
export interface Moments {
  /** Number of values. */
  count: number
  /** Their mean; 0 before the first. */
  mean: number
  /** Sum of their squared distances from the mean. */
  squares: number
}

/** The moments of no values. */
export function noMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 }
}

/** B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 1962. */
export function addMoment(moments: Moments, value: number): Moments {
  const distance = value - moments.mean
  moments.count += 1
  moments.mean += distance / moments.count
  moments.squares += distance * (value - moments.mean)
  return moments
}

/** T. Chan, G. Golub, R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
export function mergeMoments(into: Moments, other: Moments): Moments {
  if (other.count === 0) return into
  const count = into.count + other.count
  const distance = other.mean - into.mean
  into.mean += (distance * other.count) / count
  into.squares += other.squares + (distance * distance * into.count * other.count) / count
  into.count = count
  return into
}
