/** `FailureLog`: what failed in a region since its last reply. Kept by `RegionRunner`. */

import type { DeadLetter } from '@millrace/core'
import { FAILURE_COUNTS, type FailureRecord, type Node, type NodeRecord } from '@millrace/core/engine'
import { toWireLetter, type WireLetter } from './letters.ts'
import type { NodeFailures } from './protocol.ts'

/** Gathers letters, and tells how counts have grown. */
export class FailureLog {
  readonly #letters = new Map<string, WireLetter[]>()
  /** Counts as told before, by index of the node. */
  readonly #told = new Map<number, FailureRecord>()

  add(letter: DeadLetter, isFatal: boolean): void {
    const letters = this.#letters.get(letter.term)
    const wire = toWireLetter(letter, isFatal)
    if (letters === undefined) this.#letters.set(letter.term, [wire])
    else letters.push(wire)
  }

  /** What there is to tell of these nodes. */
  take(nodes: readonly Node[], records: readonly NodeRecord[]): NodeFailures[] {
    const failures = records.flatMap(({ failures: counted }, at): NodeFailures[] => {
      if (counted === undefined) return []
      const told = this.#told.get(at)
      const counts = { ...counted }
      if (told !== undefined) for (const key of FAILURE_COUNTS) counts[key] -= told[key]
      this.#told.set(at, { ...counted })
      const letters = this.#letters.get((nodes[at] as Node).id) ?? []
      return FAILURE_COUNTS.some((key) => counts[key] > 0) ? [{ at, counts, letters }] : []
    })
    this.#letters.clear()
    return failures
  }
}
