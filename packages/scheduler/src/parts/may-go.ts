/** Which terms a worker can host. Called by the placements that use parts. */

import { ModuleTerm } from '@millrace/core'
import { isPlain, type Node, type Origins } from '@millrace/core/engine'

/** Whether a worker can build the node's term, and nobody has pinned it to the caller's thread. */
export function mayGo({ leaf }: Node, origins: Origins): boolean {
  if (leaf.isLocal || origins.has(leaf)) return !leaf.isLocal
  // the module alone does not know of a function to fall back on
  return leaf instanceof ModuleTerm && isPlain(leaf.failurePolicy.fallback)
}
