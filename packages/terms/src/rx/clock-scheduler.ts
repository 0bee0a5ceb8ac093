/** `ClockScheduler`: an rxjs scheduler on the clock of a run, so that rxjs's time is the run's. Used by `rxTimed`. */

import type { Clock } from '@millrace/core'
import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs'
import { steadyTime } from '../steady-time.ts'

type Work<T> = (this: SchedulerAction<T>, state: T) => void

/** Schedules rxjs's work with the timers of a run. */
export class ClockScheduler implements SchedulerLike {
  readonly #clock: Clock
  /** What rxjs measures by: a wall clock that is set must not hold up a `debounceTime`. */
  readonly now: () => number

  constructor(clock: Clock) {
    this.#clock = clock
    this.now = steadyTime(clock)
  }

  schedule<T>(work: Work<T>, delay?: number, state?: T): Subscription {
    return new ClockAction(this.#clock, work).schedule(state, delay)
  }
}

/** One piece of work; it may schedule itself again. */
class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #clock: Clock
  readonly #work: Work<T>
  #cancel: (() => void) | undefined

  constructor(clock: Clock, work: Work<T>) {
    super(() => this.#cancel?.())
    this.#clock = clock
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#cancel?.()
    this.#cancel = this.#clock.after(delay, () => {
      this.#cancel = undefined
      this.#work.call(this, state as T)
    })
    return this
  }
}
