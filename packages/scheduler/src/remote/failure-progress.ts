/**
 * `FailureProgress`: what of a batch's failures has been handed on, so that a batch that is run twice has its dead letters
 * and counts taken over once. The part of `Progress` that is about failures.
 *
 * Letters of one node come in the order of its items, also where a batch is dealt among workers: so those that were
 * handed on before are the first ones of each node.
 */

import type { FailureCounts } from '@millrace/core'
import { FAILURE_COUNTS } from '@millrace/core/engine'
import type { NodeFailures } from '../worker/protocol.ts'

type Counts = Map<string, number>

/** Follows the failures of one batch through its attempts. */
export class FailureProgress {
  readonly #given: Counts = new Map()
  #seen: Counts = new Map()

  /** The batch begins anew. */
  restart(): void {
    this.#seen = new Map()
  }

  /** What a reply adds to what was given by the attempts before. */
  advance(failures: readonly NodeFailures[]): NodeFailures[] {
    return failures.map(({ at, counts, letters }) => {
      const gains = FAILURE_COUNTS.map((key) => [key, this.#gain(`${at} ${key}`, counts[key])])
      const fresh = this.#gain(`${at} letters`, letters.length)
      return {
        at,
        counts: Object.fromEntries(gains) as unknown as FailureCounts,
        letters: letters.slice(letters.length - fresh),
      }
    })
  }

  /** By how much `added` goes beyond what was given before. */
  #gain(key: string, added: number): number {
    const seen = (this.#seen.get(key) ?? 0) + added
    const given = this.#given.get(key) ?? 0
    this.#seen.set(key, seen)
    this.#given.set(key, Math.max(given, seen))
    return Math.max(0, seen - given)
  }
}
