/** `hasHome`: whether workers can build a node. Called by all placements with workers. */

import { ModuleTerm } from '@millrace/core'
import { isPlain, type Node, type Origins } from '@millrace/core/engine'

/** Whether a worker can build the node: a module alone does not know of a function, or an object of a class, to fall back on. */
export function hasHome({ leaf, policy }: Node, origins: Origins): boolean {
  return origins.has(leaf) || (leaf instanceof ModuleTerm && isPlain(policy.fallback))
}
