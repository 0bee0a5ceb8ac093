// A sink that finds out whether every result came once, in its place, with the state that it must have. Used by the
// graphs of this suite; its state is a value, so that it can move and be restored like any other.

import { type Context, SinkTerm } from 'millrace'

/** A result of the graph under test: the item's number, and what its key had seen with it. */
export interface Result {
  readonly n: number
  readonly count: number
  readonly sum: number
  readonly mark: number
}

export interface Seen {
  /** The number that comes next: edges are first in, first out, under every strategy. */
  readonly next: number
  readonly lost: number
  readonly doubled: number
}

export interface CheckingOptions {
  /** Numbers from 0 below this came in. */
  readonly items: number
  /** The one that must not come out. */
  readonly without?: number
  /** Whether a result's state is what it must be; always, without. */
  readonly isRight?: (result: Result) => boolean
}

export class Checking extends SinkTerm<Result, Seen, Seen> {
  override name = 'checking'
  readonly #items: number
  readonly #without: number
  readonly #isRight: (result: Result) => boolean

  constructor({ items, without = -1, isRight = () => true }: CheckingOptions) {
    super()
    this.#items = items
    this.#without = without
    this.#isRight = isRight
  }

  override initialState = (): Seen => ({ next: this.#after(-1), lost: 0, doubled: 0 })

  override write(result: Result, ctx: Context<Seen, never>): void {
    const { next, lost, doubled } = ctx.state
    const { n } = result
    const isNew = n >= next
    ctx.state = {
      next: isNew ? this.#after(n) : next,
      lost: lost + (isNew ? this.#between(next, n) + (this.#isRight(result) ? 0 : 1) : 0),
      doubled: doubled + (isNew ? 0 : 1),
    }
  }

  override result = ({ state }: Context<Seen, never>): Seen => ({
    ...state,
    lost: state.lost + this.#between(state.next, this.#items),
  })

  #after(n: number): number {
    return n + 1 === this.#without ? n + 2 : n + 1
  }

  /** How many of the numbers from `from` up to `to` should have come. */
  #between(from: number, to: number): number {
    const passed = this.#without >= from && this.#without < to ? 1 : 0
    return Math.max(0, to - from - passed)
  }
}
