/** `NodeRecord`: the figures of one node in one run, as plain data. Written by stages, added up by `ledger.ts`. */

import type { FailureCounts } from '../failure.ts'

/** How often a node failed, and what was done about it: counts that only grow. */
export type FailureRecord = { -readonly [Key in keyof FailureCounts]: number }

/** Items that went through one node; see `Ledger` for what is made of them. */
export interface NodeRecord {
  in: number
  out: number
  /** Outputs that no input stands behind: from sources, `enter`, `end`. */
  born: number
  /** Further outputs, emitted through the context. */
  extra: number
  /** Inputs of expansions that gave no output. */
  empty: number
  /** Inputs that failed and gave no result, or were given up in mid-call when the run failed. */
  failed: number
  /** Inputs that found no partner, as the term itself says. */
  unmatched?: number
  /** How it failed, once it has. */
  failures?: FailureRecord
}
