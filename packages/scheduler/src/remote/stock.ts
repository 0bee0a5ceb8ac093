/** `Stock`: items that a stage has taken in and not sent yet, in their order. Called by `RegionStage`. */

import { estimateBytes, type Window } from '@millrace/core/engine'

/** Estimated bytes held at most; the last window may exceed them. */
const MAX_BYTES = 512 * 1024

/** What was taken out of a stock. */
export interface Taken {
  readonly items: readonly unknown[]
  /** Source times of the items; `undefined` where nobody reads them. */
  readonly times: readonly number[] | undefined
}

/** Items in the order in which they were added. Whole windows are copied, not item by item: they may be many. */
export class Stock {
  #parts: Taken[] = []
  #size = 0
  #bytes = 0

  get size(): number {
    return this.#size
  }

  /** Whether it holds so much that it should be sent. */
  get isFull(): boolean {
    return this.#bytes >= MAX_BYTES
  }

  /** Adds the items of a window. */
  add({ items, at, to, times }: Window): void {
    if (to === at) return
    this.#parts.push({ items: items.slice(at, to), times: times?.slice(at, to) })
    this.#size += to - at
    this.#bytes += (to - at) * estimateBytes(items[to - 1])
  }

  /** What it holds, for a checkpoint. */
  get held(): Taken {
    return joined(this.#parts)
  }

  /** Holds what another held. */
  restore({ items, times }: Taken): void {
    this.add({ items, at: 0, to: items.length, times, tag: '' })
  }

  /** Takes out the first `count` items, or all that there are. */
  take(count: number): Taken {
    if (count >= this.#size) {
      const all = joined(this.#parts)
      this.#parts = []
      this.#size = 0
      this.#bytes = 0
      return all
    }
    const taken: Taken[] = []
    let missing = count
    while (missing > 0) {
      const [first] = this.#parts as [Taken]
      const part = cut(first, 0, missing)
      taken.push(part)
      if (part.items.length < first.items.length) this.#parts[0] = cut(first, missing, first.items.length)
      else this.#parts.shift()
      missing -= part.items.length
    }
    this.#bytes *= 1 - count / this.#size
    this.#size -= count
    return joined(taken)
  }
}

function cut({ items, times }: Taken, from: number, to: number): Taken {
  return { items: items.slice(from, to), times: times?.slice(from, to) }
}

function joined(parts: readonly Taken[]): Taken {
  const [first = { items: [], times: undefined }, ...others] = parts
  if (others.length === 0) return first
  const items = first.items.concat(...others.map((part) => part.items))
  const isTimed = parts.some(({ times }) => times !== undefined)
  return { items, times: isTimed ? parts.flatMap(({ times }) => times ?? []) : undefined }
}
