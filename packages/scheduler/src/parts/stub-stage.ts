/**
 * `StubStage`: stands in a part's engine for what is at the other end of one edge to another thread. Made by
 * `PartPlacement`. It runs nothing; it has ended once its edge is closed, so that the part waits for that.
 */

import { Stage } from '@millrace/core/engine'

/** The far end of one edge. */
export class StubStage extends Stage {
  override enter(): void {}

  override start(): void {
    this.wake()
  }

  override activate(): void {}

  /** An outbound edge has ended or was closed by its reader. */
  override wake(): void {
    const edges = this.inlet.edges.length > 0 ? this.inlet.edges : this.outlet.edges
    if (edges.every((edge) => edge.closed)) this.finish()
  }

  override onItems(): void {}

  /** The inbound edge was closed here. */
  override onReaderGone(): void {
    this.wake()
  }

  protected override release(): void {}
}
