/**
 * `Casualties`: how often workers were lost with one batch, and which of its calls are to blame. Kept by remote stages,
 * one for each batch.
 *
 * A batch that has cost a worker is run again carefully: each call is noted. The call in which the second worker dies is
 * a suspect, since workers also die of other things; one in which two in a row die is guilty, and is not made again: it
 * fails, and the failure takes its term's policy. A call that was ended for taking too long is guilty at once. So each
 * guilty call costs two workers, one more for the first, and attempts are bounded by what they find out.
 */

import type { CallPlace } from '../worker/beacon.ts'
import type { Poison } from '../worker/protocol.ts'
import { toWire } from '../worker/wire-error.ts'
import type { WorkerDeath } from './worker-death.ts'

/** A batch that has cost so many workers in a row outside of any call will cost more; chance does not strike so often. */
const MAX_SILENT = 5
/** As many as this may die in a row in calls that are never the same twice. */
const MAX_SUSPECTS = 16

/** What is known of one batch. */
export class Casualties {
  readonly #poison: Poison[] = []
  /** Workers lost, all in all. */
  deaths = 0
  /** The same, since the last guilty call was found. */
  #silent = 0
  #suspects = 0
  #suspect: CallPlace | undefined

  /** Whether the batch is to be run carefully. */
  get isCareful(): boolean {
    return this.deaths > 0
  }

  /** Calls that are not to be made. */
  get poison(): readonly Poison[] {
    return this.#poison
  }

  /** A worker was lost with the batch. Returns whether it is of use to try again. */
  add({ cause, details }: WorkerDeath): boolean {
    const { notes, timeoutMs, isBystander = false } = details
    if (isBystander) return true
    this.deaths++
    const call = notes?.isExact === true ? notes.call : undefined
    if (this.#poison.some((known) => isSame(known, call))) return true // of an attempt that did not know yet
    if (call === undefined) {
      // a part of a batch hung: run in one piece, the batch will tell where
      if (timeoutMs === undefined) this.#silent++
      else this.#suspects++
    } else if (timeoutMs !== undefined) this.#condemn(call, { kind: 'timeout', timeoutMs })
    else if (isSame(call, this.#suspect)) this.#condemn(call, { kind: 'worker', error: toWire(cause) })
    else {
      this.#suspect = call
      this.#suspects++
      this.#silent = 0
    }
    return this.#silent < MAX_SILENT && this.#suspects < MAX_SUSPECTS
  }

  #condemn(
    { node, ordinal, step }: CallPlace,
    why:
      | { readonly kind: 'worker'; readonly error: ReturnType<typeof toWire> }
      | { readonly kind: 'timeout'; readonly timeoutMs: number },
  ): void {
    this.#poison.push({ node, ordinal, step, ...why })
    this.#silent = 0
    this.#suspects = 0
    this.#suspect = undefined
  }
}

function isSame(one: CallPlace, other: CallPlace | undefined): boolean {
  return one.node === other?.node && one.ordinal === other.ordinal && one.step === other.step
}
