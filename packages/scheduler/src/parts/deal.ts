/** Deals stages over threads. Called by `PartsPlacement`. */

/** One item each for as many as there are hands; the rest is left over. */
export function dealOne<Item>(items: readonly Item[], hands: number): Item[][] {
  return items.slice(0, hands).map((item) => [item])
}

/** All items over `hands` hands, in runs of about equal length: neighbours stay together. */
export function dealAll<Item>(items: readonly Item[], hands: number): Item[][] {
  const count = Math.min(hands, items.length)
  return Array.from({ length: count }, (_, hand) =>
    items.slice(Math.floor((hand * items.length) / count), Math.floor(((hand + 1) * items.length) / count)),
  )
}
