/** `Quantum`: how many items a stage takes in one activation, by how long the last ones took. */

/** Items of the first activation. */
const FIRST = 16
const MAX = 65_536
/** An activation shorter than this may take more items the next time, in ms. */
const SHORT_MS = 0.5
/** An activation longer than this takes fewer items the next time, in ms: others want to run, too. */
const LONG_MS = 4

/** Most that an activation may take of what the last one took: its items may be slower, and its code not yet compiled. */
const MOST_GROWTH = 8

/** What an async source has ready is gathered up to about so much work, in ms: the first item should not wait longer for the last. */
const GATHER_MS = 0.1

/** Grows while activations are short, up to what should take `SHORT_MS`; halves when one was long. */
export class Quantum {
  items = FIRST
  /** Items that are gathered before they are worked off. */
  gathered = FIRST

  /** Learns from an activation that took `taken` items and `spentMs`. */
  adapt(taken: number, spentMs: number): void {
    if (taken > 0) this.gathered = Math.min(MAX, Math.max(1, Math.floor((taken * GATHER_MS) / spentMs)))
    if (spentMs > LONG_MS) this.items = Math.max(1, this.items >> 1)
    else if (spentMs < SHORT_MS && taken >= this.items) {
      const growth = Math.min(MOST_GROWTH, Math.max(2, SHORT_MS / spentMs))
      this.items = Math.min(MAX, Math.floor(this.items * growth))
    }
  }
}
