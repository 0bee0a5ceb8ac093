/**
 * Turns a text into the set that stands for it: its overlapping character runs, each hashed to 32 bits.
 * Called once per gloss, in the workers; everything after it works on these sets and never on text.
 */
import { absorb32, mix32 } from './hash.ts'

/** Characters (UTF-16 code units) per shingle unless the caller says otherwise. */
export const shingleLength = 5

/**
 * Returns the hashes of all runs of `length` characters in a text, sorted and without repeats.
 *
 * Characters and not words, because a gloss has ten words or so: one word changed among ten leaves a
 * word-bigram similarity of 0.64, wherever it stands and however small the change. With runs of five
 * characters a plural or a spelling costs a few shingles, a new word as many as it is long.
 *
 * A text shorter than `length` is one shingle, itself; the empty text has none.
 * Two different runs share a hash with probability 2^-32: over a pair of glosses of 70 shingles, less
 * than one chance in 400,000 that any two do, and that would move the similarity by 0.01.
 * Source: Broder, "On the resemblance and containment of documents" (1997).
 */
export function shingles(text: string, length: number = shingleLength): Uint32Array {
  if (text.length === 0) return new Uint32Array(0)
  const size = Math.min(length, text.length)
  const hashes = new Uint32Array(text.length - size + 1)
  for (let start = 0; start < hashes.length; start++) {
    let h = size
    for (let at = start; at < start + size; at++) h = absorb32(h, text.charCodeAt(at))
    hashes[start] = mix32(h)
  }
  return deduplicate(hashes.sort())
}

/** Moves the distinct values of a sorted array to its front and returns a copy of just those. */
function deduplicate(sorted: Uint32Array): Uint32Array {
  let kept = 0
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number
    if (i === 0 || value !== sorted[kept - 1]) sorted[kept++] = value
  }
  // A copy, not a view: cloning a view to another thread would send the whole buffer beneath it.
  return sorted.slice(0, kept)
}
