/** `GraphReport`: what `millrace check` finds out about a graph. Types only; printed by `command/check.ts`. */

import type { commandStrategies } from '../config/settings.ts'

/** All strategies: those of the scheduler, and `distributed`. */
export type CommandStrategy = (typeof commandStrategies)[number]

/** Where a term would run, and why. */
export interface TermPlace {
  readonly runsOn: 'caller' | 'workers' | 'hosts'
  readonly why: string
}

/** Something that is worth a look, and keeps nothing from running. */
export interface Remark {
  readonly code: string
  readonly message: string
}

/** A term with its place under each strategy that takes the graph. */
export interface CheckedTerm {
  readonly id: string
  readonly kind: string
  readonly places: Readonly<Partial<Record<CommandStrategy, TermPlace>>>
}

/** What was found. */
export interface GraphReport {
  readonly strategy: CommandStrategy
  readonly edges: number
  readonly terms: readonly CheckedTerm[]
  /** Why strategies other than the chosen one cannot run it. No warnings: it may depend on the machine. */
  readonly refusals: Readonly<Partial<Record<CommandStrategy, Remark>>>
  readonly warnings: readonly Remark[]
}
