/** Which terms a worker can host. Called by the placements that use parts. */

import { ModuleTerm } from '@millrace/core'
import type { Node, Origins } from '@millrace/core/engine'

/** Whether a worker can build the node's term, and nobody has pinned it to the caller's thread. */
export function mayGo({ leaf }: Node, origins: Origins): boolean {
  return !leaf.isLocal && (origins.has(leaf) || leaf instanceof ModuleTerm)
}
