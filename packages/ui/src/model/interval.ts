/** A run's figures in the time between two looks: shares count from the start, and what is shown is now. */

import type { EdgeStats, StageStats, Stats } from '@millrace/core'

/** What a stage is at. */
export type State = 'busy' | 'waiting' | 'backpressured' | 'idle'

/** The four things a stage can be at, in the order in which they are drawn. */
export const STATES: readonly State[] = ['busy', 'waiting', 'backpressured', 'idle']

/** A share of each, from 0 to 1. */
export type Shares = Readonly<Record<State, number>>

type StageShares = Pick<
  StageStats,
  'nodes' | 'waitsIn' | 'busyShare' | 'waitingShare' | 'backpressuredShare' | 'idleShare'
>

/**
 * The shares of each term of a stage; `told` are their parts of its time, where they are known. While a later term of the
 * loop is at work or waits, a term is held back; while an earlier one is, it has nothing to do.
 */
export function sharesInStage(stage: StageShares, told: readonly (number | undefined)[]): Shares[] {
  const { busyShare, waitingShare, backpressuredShare, idleShare } = stage
  const whole = { busy: busyShare, waiting: waitingShare, backpressured: backpressuredShare, idle: idleShare }
  if (told.length <= 1) return [whole]
  const isUnknown = told.every((part) => part === undefined)
  const waiter = waiterOf(stage, told)
  // they are rounded, and of many terms the errors add up
  const sum = told.reduce<number>((all, part = 0) => all + part, 0)
  const parts = sum > 0 ? told.map((part) => (part ?? 0) / sum) : told
  let after = sum > 0 ? 1 : 0
  let before = 0
  return parts.map((part = 0, at) => {
    after -= part
    const others = isUnknown ? { before: 0, after: 0 } : { before, after: Math.max(0, after) }
    before += part
    const place = waiter ?? at
    return {
      busy: busyShare * (isUnknown ? 1 : part),
      waiting: place === at ? waitingShare : 0,
      backpressured: backpressuredShare + others.after * busyShare + (place > at ? waitingShare : 0),
      idle: idleShare + others.before * busyShare + (place < at ? waitingShare : 0),
    }
  })
}

/** The term of a stage that waits, or did most of the time; undefined if that is not known. */
function waiterOf(
  { nodes, waitsIn }: StageShares,
  parts: readonly (number | undefined)[],
): number | undefined {
  if (waitsIn !== undefined) return nodes.indexOf(waitsIn)
  // at this moment none does: the one that had most of the stage's time, what it waited for included
  const most = parts.reduce<number>((max, part = 0) => Math.max(max, part), 0)
  return most > 0 ? parts.indexOf(most) : undefined
}

/** What a stage is at most of the time. */
export function stateOf(shares: Shares): State {
  return STATES.reduce((most, state) => (shares[state] > shares[most] ? state : most), 'idle' as State)
}

/** `now` with the shares of the time since `before`. */
export function since(before: Stats | undefined, now: Stats): Stats {
  if (before === undefined || now.elapsedMs <= before.elapsedMs) return now
  const earlier = new Map(before.stages.map((stage) => [stage.index, stage]))
  const stages = now.stages.map((stage): StageStats => {
    const old = earlier.get(stage.index)
    if (old === undefined || !isSameRow(old.nodes, stage.nodes)) return stage
    const spent = TIMES.map((time) => Math.max(0, stage[time] - old[time]))
    const sum = spent.reduce((all, ms) => all + ms, 0)
    if (sum === 0) return stage
    const [busyShare, waitingShare, backpressuredShare, idleShare] = spent.map((ms) => ms / sum) as Four
    return { ...stage, busyShare, waitingShare, backpressuredShare, idleShare }
  })
  return { ...now, stages }
}

/** Where a host joins in the middle of a run there are other rows at the same places. */
function isSameRow(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at])
}

type EdgeEnds = Pick<EdgeStats, 'from' | 'output' | 'to' | 'input'>

/** Whether two rows are those of the same edge. */
export function isSameEdge(a: EdgeEnds, b: EdgeEnds | undefined): boolean {
  if (b === undefined) return false
  return a.from === b.from && a.output === b.output && a.to === b.to && a.input === b.input
}

type Four = [number, number, number, number]
const TIMES = ['busyMs', 'waitingMs', 'backpressuredMs', 'idleMs'] as const

/** Figures are means of this time: terms work in bursts, and a figure that jumps cannot be read. */
const WINDOW_MS = 2000
const MAX_PAST = 5

/** The last few looks at a run, for what is shown of the time between. */
export class Past<Look> {
  readonly #elapsedMs: (look: Look) => number
  #looks: readonly Look[] = []

  constructor(elapsedMs: (look: Look) => number) {
    this.#elapsedMs = elapsedMs
  }

  /** The newest look that is two seconds older than `now`, or the oldest there is. */
  begin(now: Look): Look | undefined {
    const since = this.#elapsedMs(now) - WINDOW_MS
    return this.#looks.findLast((look) => this.#elapsedMs(look) <= since) ?? this.#looks[0]
  }

  /** Adds the newest. */
  add(look: Look): void {
    this.#looks = [...this.#looks, look].slice(-MAX_PAST)
  }

  /** Takes these for the last ones. */
  reset(looks: readonly Look[]): void {
    this.#looks = looks.slice(-MAX_PAST)
  }
}
