/** `LatestItemTerm`: what `debounce`, `audit` and `sample` have in common. They differ in when the newest item leaves. */

import type { StreamContext } from '@millrace/core'
import { type Arrivals, ReactiveTerm } from './arrivals.ts'

/** The newest item, if it has not left yet, and when it leaves. */
export interface LatestItem<Item> {
  readonly held: readonly Item[]
  /** In ms on the run's monotonic clock; infinite while nothing is held. */
  readonly dueAt: number
}

const NOTHING: LatestItem<never> = { held: [], dueAt: Number.POSITIVE_INFINITY }

/** Keeps the newest item and gives it when it is due, or at the end. */
export class LatestItemTerm<Item> extends ReactiveTerm<Item, Item, LatestItem<Item>> {
  readonly #dueAt: (now: number, before: LatestItem<Item>, startedAt: number) => number

  /** `dueAt` says when an item that comes now must leave, given what was held before it. */
  constructor(name: string, dueAt: (now: number, before: LatestItem<Item>, startedAt: number) => number) {
    super()
    this.name = name
    this.#dueAt = dueAt
  }

  override initialState(): LatestItem<Item> {
    return NOTHING
  }

  protected override async react(
    arrivals: Arrivals<Item>,
    ctx: StreamContext<LatestItem<Item>, Item>,
  ): Promise<void> {
    const startedAt = ctx.clock.monotonic()
    // of a run that was resumed: the machine may have been started again since, and its clock with it
    const { held, dueAt } = ctx.state
    if (held.length > 0)
      ctx.state = { held, dueAt: Math.min(dueAt, this.#dueAt(startedAt, NOTHING, startedAt)) }
    for (;;) {
      const arrival = await arrivals.next(ctx.state.dueAt)
      if (arrival === 'item') {
        ctx.state = {
          held: [arrivals.take()],
          dueAt: this.#dueAt(ctx.clock.monotonic(), ctx.state, startedAt),
        }
        continue
      }
      const { held } = ctx.state
      ctx.state = NOTHING
      for (const item of held) await ctx.emit(item)
      if (arrival === 'end') return
    }
  }
}
