/** `Copy`: one spawned term at work, in a run of its own. Made by `Spawner`. Internal. */

import { type Clock, compileGraph, type Run, run, type Term } from '@millrace/core'
import { Inbox, Outlet } from './inbox.ts'

/** Runs a term on what is offered to it. */
export class Copy<In, Out> {
  readonly #inbox: Inbox<In>
  readonly #run: Run<never>
  #hasEnded = false
  /** When the last item was offered, on the run's monotonic clock. */
  usedAt = 0
  /** Resolves when the copy has ended, with everything it gave taken; rejects if its term failed. */
  readonly done: Promise<void>
  /** As `done`, but never rejects. */
  readonly over: Promise<void>

  constructor(term: Term<In, Out>, capacity: number, clock: Clock, give: (item: Out) => Promise<void>) {
    this.#inbox = new Inbox<In>(capacity)
    this.#run = run(graphOf(this.#inbox, term, new Outlet<Out>(give)), {
      clock,
      // a larger batch would be read ahead, and the inbox bound nothing
      batchItems: capacity,
      edges: { capacityItems: capacity },
    })
    this.done = this.#run.done
      .finally(() => {
        this.#hasEnded = true
        this.#inbox.shut()
      })
      .then(() => undefined)
    this.over = this.done.catch(() => undefined)
  }

  /** Hands an item over; a promise if the copy has no room for another. */
  offer(item: In): Promise<void> | undefined {
    return this.#inbox.offer(item)
  }

  /** Ends the copy's input: it finishes what it holds. */
  close(): void {
    this.#inbox.close()
  }

  /** Ends the copy now. */
  cancel(reason: unknown): Promise<void> {
    return this.#run.cancel(reason)
  }

  /** Whether nothing is under way in the copy but what its term holds back. */
  get isQuiet(): boolean {
    if (this.#hasEnded) return true
    const { items, nodes } = this.#run.stats()
    // what the inbox has handed out is on its way through promises before its run counts it
    const taken = nodes.find(({ id }) => id === 'inbox')?.out ?? 0
    return taken >= this.#inbox.offered && items.discarded === 0
  }
}

/** A spawned term may be a sink: then nothing is to be taken from it. */
function graphOf<In, Out>(inbox: Inbox<In>, term: Term<In, Out>, outlet: Outlet<Out>): Term<never, never> {
  const fed = inbox.pipe(term as never) as unknown as Term<never, unknown>
  const hasOutput = compileGraph(fed).outputs.length > 0
  return (hasOutput ? fed.pipe(outlet as never) : fed) as unknown as Term<never, never>
}
