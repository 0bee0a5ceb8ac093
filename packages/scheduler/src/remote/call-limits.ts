/** Time limits of calls, as the terms' failure policies say. Called where regions are described to workers. */

import type { Node } from '@millrace/core/engine'
import type { CallLimits } from './hang-watch.ts'

/** The limits of these nodes; `undefined` if none has one. */
export function limitsOf(nodes: readonly Node[]): CallLimits | undefined {
  const limits = nodes.map(({ leaf, policy = leaf.failurePolicy }) => policy.timeoutMs)
  return limits.some((limit) => limit !== undefined) ? limits : undefined
}
