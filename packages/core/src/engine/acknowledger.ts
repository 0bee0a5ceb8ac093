/**
 * `Acknowledger`: tells a source how far the run has taken charge of what it gave, and a sink how far a checkpoint holds what
 * it wrote. Made by `Stage` for terms with `acknowledge`.
 */

import type { AnyLeaf } from '../graph/graph.ts'
import { promiseOf } from '../values/foreign.ts'
import type { NodeContext } from './context.ts'

/** What such a term brings. */
interface Acknowledging {
  acknowledge?(position: unknown, ctx: NodeContext): unknown
}

/** Whether a term wants to be told. */
export function acknowledges(leaf: AnyLeaf): boolean {
  return (leaf as Acknowledging).acknowledge !== undefined
}

/** Of a leaf that has `acknowledge`; `undefined` for any other. */
export function acknowledgerOf(
  leaf: AnyLeaf,
  ctx: NodeContext,
  onFailed: (error: unknown) => void,
): Acknowledger | undefined {
  return acknowledges(leaf) ? new Acknowledger(leaf as Acknowledging, ctx, onFailed) : undefined
}

/** One call at a time; of the positions that come meanwhile only the last one is told. */
export class Acknowledger {
  readonly #leaf: Acknowledging
  readonly #ctx: NodeContext
  readonly #onFailed: (error: unknown) => void
  #told: unknown
  #next: unknown
  #calling: Promise<void> | undefined

  constructor(leaf: Acknowledging, ctx: NodeContext, onFailed: (error: unknown) => void) {
    this.#leaf = leaf
    this.#ctx = ctx
    this.#onFailed = onFailed
  }

  /** All up to a `position` of the term's own is in good hands. */
  upTo(position: unknown): void {
    if (position === undefined || position === this.#told || position === this.#next) return
    this.#next = position
    this.#calling ??= this.#call()
  }

  get isCalling(): boolean {
    return this.#calling !== undefined
  }

  /** Resolves when no call is under way. */
  async settled(): Promise<void> {
    await this.#calling
  }

  async #call(): Promise<void> {
    try {
      while (this.#next !== undefined) {
        const position = this.#next
        this.#next = undefined
        this.#told = position
        await promiseOf(this.#leaf.acknowledge?.(position, this.#ctx))
      }
    } catch (error) {
      this.#next = undefined
      this.#onFailed(error)
    } finally {
      this.#calling = undefined
    }
  }
}
