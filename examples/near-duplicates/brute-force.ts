/** The plain answer that tests hold the fast one against: every gloss with every other. Not for large inputs. */
import { jaccard } from './jaccard.ts'
import { comparePairs, type Glossed, type Pair, pairOf } from './pairs.ts'

/** Returns all pairs of Jaccard similarity `threshold` or more, sorted; n(n-1)/2 comparisons for n records. */
export function bruteForce(
  records: readonly (Glossed & { readonly shingles: Uint32Array })[],
  threshold: number,
): Pair[] {
  const pairs: Pair[] = []
  for (const [i, one] of records.entries()) {
    for (const other of records.slice(0, i)) {
      const similarity = jaccard(one.shingles, other.shingles)
      if (similarity >= threshold) pairs.push(pairOf(one, other, similarity))
    }
  }
  return pairs.sort(comparePairs)
}
