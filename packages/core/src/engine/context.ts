/** `NodeContext`: what a term's methods see of the run. One per node and run, made by stages. */

import type { Clock, Context } from '../contracts.ts'
import { CancelledError, WrongStateError } from '../errors.ts'
import { isA } from '../values/foreign.ts'
import { onAbort } from './on-abort.ts'

/** What contexts share in one run. */
export interface RunScope {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timed: boolean
  /** Default false. */
  readonly isSaved?: boolean
}

/** The context handed to a term's methods. */
export class NodeContext implements Context<unknown, unknown> {
  state: unknown = undefined
  /** Source time of the item at hand; written by generated loops. */
  at = Number.NaN
  /** What was emitted and not yet taken by the stage; `null` almost always, which is all that loops check. */
  pending: unknown[] | null = null
  readonly id: string
  /** Sleeps under way: while there are any, a quiet graph is not stalled. */
  sleeping = 0
  readonly #scope: RunScope
  /** Made when first asked for: most terms never do. */
  #signal: AbortSignal | undefined
  #stop: AbortController | undefined

  constructor(id: string, scope: RunScope) {
    this.id = id
    this.#scope = scope
  }

  get clock(): Clock {
    return this.#scope.clock
  }

  get isSaved(): boolean {
    return this.#scope.isSaved === true
  }

  get run(): object {
    return this.#scope.signal
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#stop = new AbortController()
      this.#signal = AbortSignal.any([this.#scope.signal, this.#stop.signal])
    }
    return this.#signal
  }

  get time(): number {
    if (!this.#scope.timed) {
      throw new WrongStateError(
        `Term "${this.id}" reads ctx.time without saying so: set usesTime = true in it.`,
      )
    }
    return this.at
  }

  emit(item: unknown): void {
    if (item === undefined) return
    if (this.pending === null) this.pending = [item]
    else this.pending.push(item)
  }

  /** Aborts this node's signal alone: its source was told to stop. */
  stop(reason: unknown): void {
    if (this.#signal === undefined) this.#signal = AbortSignal.abort(reason)
    else this.#stop?.abort(reason)
  }

  /**
   * Gives up on the call under way: its signal aborts, and what it still emits or keeps as its state is lost. Returns
   * the context for the calls to come, with the state as it is now.
   */
  abandon(reason: unknown): NodeContext {
    const next = new NodeContext(this.id, this.#scope)
    Object.defineProperty(next, 'state', Object.getOwnPropertyDescriptor(this, 'state') as PropertyDescriptor)
    next.at = this.at
    this.stop(reason)
    return next
  }

  sleep(delayMs: number): Promise<void> {
    const { clock } = this.#scope
    const signal = this.signal
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(asCancelled(signal.reason))
        return
      }
      this.sleeping++
      const cancel = clock.after(delayMs, () => {
        stopListening()
        this.sleeping--
        resolve()
      })
      const stopListening = onAbort(signal, () => {
        cancel()
        this.sleeping--
        reject(asCancelled(signal.reason))
      })
    })
  }
}

function asCancelled(reason: unknown): CancelledError {
  return isA(reason, CancelledError) ? reason : new CancelledError(reason)
}
