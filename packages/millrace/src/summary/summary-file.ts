/** What `millrace run --summary` leaves behind: one JSON file, whole or not at all. Called by `command/run.ts`. */

import {
  BadInputError,
  type CheckpointSummary,
  type Ledger,
  messageOf,
  type Outcome,
  type Stats,
} from '@millrace/core'
import { completenessOf } from '@millrace/core/engine'
import { writeWhole } from '@millrace/core/files'
import type { Strategy } from '@millrace/scheduler'
import type { RunConfig } from '../config/settings.ts'
import type { Loss } from '../report/losses.ts'
import { packageVersion } from '../version.ts'
import { isSmallJson } from './json-safe.ts'
import { type ProcessFigures, processFigures } from './process-figures.ts'

/** What a summary file says of a run beside its figures. */
export interface RunReport {
  /** The module as it was named on the command line. */
  readonly module: string
  readonly params: Readonly<Record<string, string>>
  /** Where the terms ran, with how many workers at most, and all that was set. */
  readonly strategy: Strategy | 'distributed'
  readonly workers: number
  readonly settings: RunConfig
  readonly outcome: Outcome | 'failed' | 'cancelled'
  /** What went wrong, in a line. */
  readonly error?: string
  /** The code of what went wrong. */
  readonly errorCode?: string
  readonly stats: Stats
  /** What was lost without an error. */
  readonly losses: readonly Loss[]
  /** The sinks' results by node id; only small ones that JSON can hold are written. */
  readonly results: Readonly<Record<string, unknown>>
  /** Of a run with checkpoints. */
  readonly checkpoint?: CheckpointSummary
  /** What this process has taken, loading the program included. */
  readonly process?: ProcessFigures
}

/** Writes a file beside it first, so that a reader never sees half a summary. @throws {BadInputError} if it cannot. */
export async function writeSummary(file: string, report: RunReport): Promise<void> {
  try {
    await writeWhole(
      file,
      `${JSON.stringify(summaryOf({ ...report, process: processFigures() }), null, 2)}\n`,
    )
  } catch (cause) {
    throw new BadInputError(`The summary ${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}

/** The summary as plain data. */
export function summaryOf({ stats, results, error, losses, ...run }: RunReport): object {
  const given = Object.entries(results).filter(([, result]) => result !== undefined)
  const kept = given.filter(([, result]) => isSmallJson(result))
  const left = given.filter(([, result]) => !isSmallJson(result)).map(([id]) => id)
  const { elapsedMs, items, ...figures } = stats
  return {
    millrace: packageVersion(),
    ...run,
    ...(error === undefined ? {} : { error }),
    elapsedMs,
    balanced: isBalanced(items, run.outcome),
    completeness: completenessOf(items, run.outcome === 'completed'),
    items,
    losses,
    ...figures,
    results: Object.fromEntries(kept),
    ...(left.length === 0 ? {} : { resultsLeftOut: left }),
  }
}

/** Whether every item is accounted for: what came in went somewhere, and nothing is under way in a run that ended well. */
export function isBalanced(items: Ledger, outcome: RunReport['outcome']): boolean {
  const came = items.in + items.copied + items.expanded
  const went =
    items.out + items.filtered + items.joined + items.dropped + items.deadLettered + items.unmatched
  const isWell = outcome === 'completed' || outcome === 'stopped'
  return came === went + items.discarded && items.discarded >= 0 && !(isWell && items.discarded > 0)
}
