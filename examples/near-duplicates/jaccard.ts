/** The exact similarity of two sets of shingles, by which every candidate pair is judged. */

/**
 * Returns |a ∩ b| / |a ∪ b|, from 0 to 1, of two sorted arrays without repeats.
 *
 * Two empty sets give 0: texts in which nothing is left to compare are not called duplicates.
 * Exact for the hashed sets; see `shingles` for why hash collisions can be neglected.
 */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a[i] as number
    const y = b[j] as number
    if (x === y) shared++
    if (x <= y) i++
    if (y <= x) j++
  }
  const union = a.length + b.length - shared
  return union === 0 ? 0 : shared / union
}
