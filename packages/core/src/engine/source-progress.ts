/** `progressOf`: how far the source of a stage is, where it knows its whole. Called for the figures of a run. */

import type { SourceProgress } from '../stats.ts'
import type { Stage } from './stage.ts'

/** Undefined for a stage without a source, or whose source does not know. */
export function progressOf({ plan, contexts, records, lastSplit }: Stage): SourceProgress | undefined {
  const leaf = plan.nodes[0]?.leaf
  if (leaf?.progress === undefined) return undefined
  try {
    const whole = leaf.progress(contexts[0] as never, lastSplit)
    return whole === undefined ? undefined : { done: records[0]?.out ?? 0, ...whole }
  } catch {
    return undefined // a figure that cannot be told is no reason to fail whoever looks
  }
}
