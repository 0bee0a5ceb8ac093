/** Which terms a worker can host. Called by the placements that use parts. */

import type { Node, Origins } from '@millrace/core/engine'
import { hasHome } from '../worker/has-home.ts'

/** Whether a worker can build the node's term, and nobody has pinned it to the caller's thread. */
export function mayGo(node: Node, origins: Origins): boolean {
  return whyNot(node, origins) === undefined
}

/** Why the node stays on the caller's thread, as `NodePlace.why`; `undefined` if it may go. */
export function whyNot(node: Node, origins: Origins): string | undefined {
  if (node.isLocal) return 'it is pinned there: by itself, by local() or by a setting'
  return hasHome(node, origins) ? undefined : 'no graph module has built it, so no worker can'
}
