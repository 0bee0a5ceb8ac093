/**
 * `RunningTime`: a clock that stands still while an engine keeps its stages from running. Made by `Engine`, asked by views:
 * what lies on an edge meanwhile has not been read, and its silence says nothing.
 */

import type { Clock } from '../contracts.ts'

/** Counts the time in which stages may run. */
export class RunningTime {
  readonly #clock: Clock
  /** Reasons to hold the stages at present: a pause, a checkpoint that is due. */
  #reasons = 0
  #heldAt = 0
  #heldMs = 0
  /** On this clock: whoever waits begins to count here at the earliest. */
  beganAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ms on the run's monotonic clock, less those in which the stages were held. */
  get ms(): number {
    return (this.isHeld ? this.#heldAt : this.#clock.monotonic()) - this.#heldMs
  }

  get isHeld(): boolean {
    return this.#reasons > 0
  }

  hold(): void {
    if (this.#reasons++ === 0) this.#heldAt = this.#clock.monotonic()
  }

  release(): void {
    if (--this.#reasons === 0) this.#heldMs += this.#clock.monotonic() - this.#heldAt
  }

  /** All waiting counts from now on. */
  restart(): void {
    this.beganAt = this.ms
  }
}
