/**
 * The result of the example: pairs of near-duplicate glosses, their order, and their line in the output
 * file. Order and line depend on the pairs alone, so the file has the same bytes however it was computed.
 */

/** Two synsets whose glosses are near duplicates; `a` comes before `b` in the order of their code units. */
export interface Pair {
  readonly a: string
  readonly b: string
  /** The exact Jaccard similarity of the shingle sets, from the threshold to 1. */
  readonly jaccard: number
  /** The gloss of `a`, as printed in WordNet. */
  readonly left: string
  /** The gloss of `b`. */
  readonly right: string
}

/** What a pair needs to know of a synset. */
export interface Glossed {
  readonly id: string
  readonly gloss: string
}

/** Returns the pair of two synsets, whichever of them comes first. */
export function pairOf(one: Glossed, other: Glossed, jaccard: number): Pair {
  const [first, second] = one.id < other.id ? [one, other] : [other, one]
  return { a: first.id, b: second.id, jaccard, left: first.gloss, right: second.gloss }
}

/** Orders pairs by `a`, then by `b`, by code units and never by locale; for `Array.sort`. */
export function comparePairs(p: Pair, q: Pair): number {
  if (p.a !== q.a) return p.a < q.a ? -1 : 1
  if (p.b !== q.b) return p.b < q.b ? -1 : 1
  return 0
}

/** Returns a pair's NDJSON line, without the line feed: keys in a fixed order, similarity to four decimals. */
export function pairLine({ a, b, jaccard, left, right }: Pair): string {
  return JSON.stringify({ a, b, jaccard: Math.round(jaccard * 10_000) / 10_000, left, right })
}
