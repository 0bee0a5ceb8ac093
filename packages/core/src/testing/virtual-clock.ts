/** `VirtualClock`: time that moves only when a test says so. Handed to `run` as its `clock`. */

import type { Clock } from '../contracts.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Turns of the event loop after each timer: what it set off may take a few until all is quiet. */
const TURNS = 6

/**
 * A clock that stands still until `advance`.
 *
 * @example
 * ```ts
 * import { VirtualClock } from '@millrace/core/testing'
 *
 * const clock = new VirtualClock()
 * const fired: number[] = []
 * clock.after(20, () => fired.push(clock.now()))
 * clock.after(10, () => fired.push(clock.now()))
 * await clock.advance(15)
 * console.log(fired, clock.now(), clock.pending) // [ 10 ] 15 1
 * ```
 */
export class VirtualClock implements Clock {
  #elapsed = 0
  /** What the wall clock is ahead. */
  #offset: number
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>()

  constructor(startMs = 0) {
    this.#offset = startMs
  }

  now(): number {
    return this.#offset + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  /** Sets the wall clock forward by `ms`, or back. No time passes, and no timer is due any sooner or later. */
  jump(ms: number): void {
    this.#offset += ms
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#elapsed + Math.max(0, delayMs), callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size
  }

  /** Milliseconds until the next timer is due; `undefined` if there is none. */
  get nextMs(): number | undefined {
    const timer = this.#due(Number.POSITIVE_INFINITY)
    return timer === undefined ? undefined : timer.at - this.#elapsed
  }

  /**
   * Moves time on by `ms` and fires the timers that become due, earliest first; timers of one time in the order
   * in which they were set. Before the first, after each and at the end, microtasks and immediates run.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms
    await settle()
    for (let timer = this.#due(target); timer !== undefined; timer = this.#due(target)) {
      this.#timers.delete(timer)
      this.#elapsed = timer.at
      timer.callback()
      await settle()
    }
    this.#elapsed = target
    await settle()
  }

  #due(target: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= target && (first === undefined || timer.at < first.at)) first = timer
    }
    return first
  }
}

/**
 * Lets microtasks and immediates run, for some turns of the event loop: what was set off comes to rest.
 *
 * @example
 * ```ts
 * import { settle } from 'millrace/testing'
 *
 * let isDone = false
 * setImmediate(() => {
 *   isDone = true
 * })
 * await settle()
 * console.log(isDone) // true
 * ```
 */
export async function settle(turns = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
