/**
 * MinHash signatures: sets of any size become a fixed number of 32-bit values, and the share of places in
 * which two signatures agree estimates the Jaccard similarity of the sets. Called once per gloss, in the
 * workers; this is where nearly all the time of the whole computation goes.
 */
import { mix32 } from './hash.ts'

/** Values per signature unless the caller says otherwise. */
export const signatureLength = 128

interface HashFamily {
  /** Odd, so that each `multiplier * x + offset` modulo 2^32 is a permutation of the 32-bit integers. */
  readonly multipliers: Int32Array
  readonly offsets: Int32Array
}

/** Families made so far, by size: the same in every thread, since they depend on nothing else. */
const families = new Map<number, HashFamily>()

function family(size: number): HashFamily {
  let found = families.get(size)
  if (found === undefined) {
    found = {
      multipliers: Int32Array.from({ length: size }, (_, i) => mix32(2 * i + 1) | 1),
      offsets: Int32Array.from({ length: size }, (_, i) => mix32(2 * i + 2)),
    }
    families.set(size, found)
  }
  return found
}

/**
 * Returns a set's signature: for each of `length` fixed hash functions, its least value over the set. Written to
 * `signature`, if there is an array to be used again.
 *
 * The functions are `a * x + b` modulo 2^32 with odd `a`, compared as signed integers, so that the upper
 * bits, the well-mixed ones, decide. The empty set gets 0xffffffff throughout; `sketch` gives it no bands.
 * Sources: Broder, "On the resemblance and containment of documents" (1997); linear permutations: Broder,
 * Charikar, Frieze, Mitzenmacher, "Min-wise independent permutations" (1998).
 */
export function minHash(
  shingles: Uint32Array,
  length: number = signatureLength,
  signature: Uint32Array = new Uint32Array(length),
): Uint32Array {
  signature.fill(0xffffffff)
  if (shingles.length === 0) return signature
  const { multipliers, offsets } = family(length)
  for (let i = 0; i < length; i++) {
    const a = multipliers[i] as number
    const b = offsets[i] as number
    let least = 0x7fffffff
    for (let j = 0; j < shingles.length; j++) {
      const value = (Math.imul(a, shingles[j] as number) + b) | 0
      if (value < least) least = value
    }
    signature[i] = least
  }
  return signature
}
