/**
 * Time limits of calls, as the terms' failure policies say. Called where regions are described to workers.
 *
 * A limit is on one call with one item; of a lazy expansion, on each time its iterator is asked. There is none on whole
 * activations: how many items a batch has is the machine's choice, so a limit on it would mean something else each time.
 * A batch lasts no longer than its calls do, and one that hangs in a call is ended with it.
 */

import type { Node } from '@millrace/core/engine'
import type { CallLimits } from './hang-watch.ts'

/** The limits of these nodes; `undefined` if none has one. */
export function limitsOf(nodes: readonly Node[]): CallLimits | undefined {
  const limits = nodes.map(({ policy }) => policy.timeoutMs)
  return limits.some((limit) => limit !== undefined) ? limits : undefined
}
