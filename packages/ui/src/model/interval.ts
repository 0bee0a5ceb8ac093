/** A run's figures in the time between two looks: shares count from the start, and what is shown is now. */

import type { StageStats, Stats } from '@millrace/core'

/** What a stage is at. */
export type State = 'busy' | 'waiting' | 'backpressured' | 'idle'

/** The four things a stage can be at, in the order in which they are drawn. */
export const STATES: readonly State[] = ['busy', 'waiting', 'backpressured', 'idle']

/** A share of each, from 0 to 1. */
export type Shares = Readonly<Record<State, number>>

/** The four shares of a stage. */
export function sharesOf({ busyShare, waitingShare, backpressuredShare, idleShare }: StageStats): Shares {
  return { busy: busyShare, waiting: waitingShare, backpressured: backpressuredShare, idle: idleShare }
}

/**
 * The shares of one term of a stage. While a later term of the loop is at work or waits, it is held back; while an earlier
 * one is, it has nothing to do.
 */
export function sharesIn(stage: StageStats, id: string, part: (id: string) => number | undefined): Shares {
  const shares = sharesOf(stage)
  if (stage.nodes.length === 1) return shares
  let [busy, waiting, backpressured, idle] = [0, 0, shares.backpressured, shares.idle]
  const at = stage.nodes.indexOf(id)
  const parts = stage.nodes.map(part)
  if (parts.every((share) => share === undefined)) busy = shares.busy
  else {
    parts.forEach((share = 0, place) => {
      if (place === at) busy += share * shares.busy
      else if (place > at) backpressured += share * shares.busy
      else idle += share * shares.busy
    })
  }
  const waiter = waiterOf(stage, parts) ?? at
  if (waiter === at) waiting = shares.waiting
  else if (waiter > at) backpressured += shares.waiting
  else idle += shares.waiting
  return { busy, waiting, backpressured, idle }
}

/** The term of a stage that waits, or did most of the time; undefined if that is not known. */
function waiterOf(stage: StageStats, parts: readonly (number | undefined)[]): number | undefined {
  if (stage.waitsIn !== undefined) return stage.nodes.indexOf(stage.waitsIn)
  // at this moment none does: the one that had most of the stage's time, what it waited for included
  const most = Math.max(...parts.map((share) => share ?? 0))
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
    if (old === undefined) return stage
    const spent = TIMES.map((time) => Math.max(0, stage[time] - old[time]))
    const sum = spent.reduce((all, ms) => all + ms, 0)
    if (sum === 0) return stage
    const [busyShare, waitingShare, backpressuredShare, idleShare] = spent.map((ms) => ms / sum) as Four
    return { ...stage, busyShare, waitingShare, backpressuredShare, idleShare }
  })
  return { ...now, stages }
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
