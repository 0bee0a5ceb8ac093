/** `most`: the first few of many by a weight, without sorting them all. */

/** Up to `limit` of the items, those that weigh most first; of the same weight in their order. */
export function most<Item>(items: readonly Item[], weightOf: (item: Item) => number, limit: number): Item[] {
  const kept: Item[] = []
  const weights: number[] = []
  for (const item of items) {
    const weight = weightOf(item)
    if (kept.length === limit && weight <= (weights[limit - 1] as number)) continue
    let at = kept.length
    while (at > 0 && (weights[at - 1] as number) < weight) at--
    kept.splice(at, 0, item)
    weights.splice(at, 0, weight)
    if (kept.length > limit) {
      kept.pop()
      weights.pop()
    }
  }
  return kept
}
