/**
 * `BackEdge`: an edge that leads back, in a region that a worker runs. The newest batch is read first: a tree that is
 * expanded by a cycle then holds a few branches, not a whole level, and its items are read while they are hot.
 *
 * How what goes round interleaves is open anyway. Called by `RegionRunner`.
 */

import { Edge } from '@millrace/core/engine'

type Batch = Parameters<Edge['push']>[0]

/** Reads the newest first. */
export class BackEdge extends Edge {
  /** What the step under way has written, oldest first: its reader may be in the middle of a window. */
  #fresh: Batch[] = []

  override push(batch: Batch): void {
    this.#fresh.push(batch)
  }

  /** Between two steps: what the last one has written can be read. */
  turn(): void {
    if (this.#fresh.length === 0) return
    const fresh = this.#fresh
    this.#fresh = []
    for (let i = fresh.length - 1; i >= 0; i--) this.pushFirst(fresh[i] as Batch)
  }
}
