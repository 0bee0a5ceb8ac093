/**
 * Turns a text into the set that stands for it: its overlapping character runs, each hashed to 32 bits.
 * Called once per gloss, in the workers; everything after it works on these sets and never on text.
 */
import { absorb32, mix32 } from './hash.ts'
import { reserve, type Words, words } from './words.ts'

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
  const list = words(text.length)
  pushShingles(list, text, length)
  // A copy, not a view: cloning a view to another thread would send the whole buffer beneath it.
  return list.values.slice(0, list.length)
}

/** Appends the shingles of a text to a list, and makes no array for them: a hundred thousand would be made and freed. */
export function pushShingles(list: Words, text: string, length: number = shingleLength): void {
  if (text.length === 0) return
  const size = Math.min(length, text.length)
  const count = text.length - size + 1
  reserve(list, count)
  const { values, length: from } = list
  for (let start = 0; start < count; start++) {
    let h = size
    for (let at = start; at < start + size; at++) h = absorb32(h, text.charCodeAt(at))
    values[from + start] = mix32(h)
  }
  values.subarray(from, from + count).sort()
  list.length = deduplicate(values, from, from + count)
}

/** Moves the distinct values of a sorted stretch to its front. Returns where they end. */
function deduplicate(sorted: Uint32Array, from: number, to: number): number {
  let kept = from
  for (let i = from; i < to; i++) {
    const value = sorted[i] as number
    if (i === from || value !== sorted[kept - 1]) sorted[kept++] = value
  }
  return kept
}
