/**
 * `LetterCounts`: which dead letters have been heard already. A part that begins anew sends those again that came after
 * its last snapshot. Made by `PartsPlacement`.
 */

/** Counts letters by the node that they came from. */
export class LetterCounts {
  readonly #heard = new Map<string, number>()
  /** How many of a node's next letters are known. */
  readonly #known = new Map<string, number>()

  /** Whether a letter is new. */
  accept(node: string): boolean {
    const known = this.#known.get(node) ?? 0
    if (known > 0) {
      this.#known.set(node, known - 1)
      return false
    }
    this.#heard.set(node, (this.#heard.get(node) ?? 0) + 1)
    return true
  }

  /** The node goes on where it had set so many items aside. */
  resume(node: string, deadLettered: number): void {
    this.#known.set(node, (this.#heard.get(node) ?? 0) - deadLettered)
  }
}
