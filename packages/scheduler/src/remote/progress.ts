/**
 * `Progress`: how far the outputs of a batch have been handed on, so that a batch whose worker was lost in the middle
 * can be run once more, and gives only what it had not given before. Called by remote stages.
 */

import type { PortWindow } from '../worker/outputs.ts'
import type { NodeFailures } from '../worker/protocol.ts'
import { FailureProgress } from './failure-progress.ts'

/** What a reply adds. */
export interface Gain {
  readonly windows: readonly PortWindow[]
  readonly counts: Float64Array
  readonly copied: number
  readonly left: number
  readonly failures: readonly NodeFailures[]
}

/** Figures that only grow, one per kind. */
export type Totals = readonly [sizes: number[], rest: number[]]

/** Follows one batch through its attempts. */
export class Progress {
  #given: Totals = [[], []]
  #seen: Totals = [[], []]
  readonly #failures = new FailureProgress()

  /** How far it has come, for a checkpoint. */
  get given(): Totals {
    return this.#given
  }

  static restored(given: Totals): Progress {
    const progress = new Progress()
    progress.#given = structuredClone(given)
    return progress
  }

  /** The batch begins anew. */
  restart(): void {
    this.#seen = [[], []]
    this.#failures.restart()
  }

  /** What a reply adds to what was given by the attempts before. */
  advance({ windows, counts, copied, left, failures }: Gain): Gain {
    const [sizes, rest] = this.#seen
    const [givenSizes, givenRest] = this.#given
    const trimmed = windows.map((window, port) => {
      const size = window.to - window.from
      const skipped = Math.min(size, Math.max(0, (givenSizes[port] ?? 0) - (sizes[port] ?? 0)))
      return { ...window, from: window.from + skipped }
    })
    grow(
      sizes,
      givenSizes,
      windows.map(({ from, to }) => to - from),
    )
    const gains = grow(rest, givenRest, [copied, left, ...counts])
    return {
      windows: trimmed,
      copied: gains[0] as number,
      left: gains[1] as number,
      counts: Float64Array.from(gains.slice(2)),
      failures: this.#failures.advance(failures),
    }
  }
}

/** Adds to what was seen, raises what was given, and returns by how much. */
function grow(seen: number[], given: number[], added: readonly number[]): number[] {
  return added.map((count, at) => {
    const now = (seen[at] ?? 0) + count
    const before = given[at] ?? 0
    seen[at] = now
    given[at] = Math.max(before, now)
    return given[at] - before
  })
}
