/**
 * `TimerWheel`: all time limits and pauses of a run, over a single timer of its clock. Made by engines, asked by stages.
 *
 * To set and to cancel is a matter of a few assignments: nearly every time limit is cancelled. A wheel of slots, each a
 * millisecond; what is further away than one turn stays in its slot until its turn comes.
 *
 * G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987, scheme 6.
 */

import type { Clock } from '../contracts.ts'

/** A power of two. */
const SLOTS = 1024

interface Timer {
  /** In whole ms on the run's monotonic clock: never before the time that was asked for. */
  readonly due: number
  readonly callback: () => void
}

/** Timers on one clock. */
export class TimerWheel {
  readonly #clock: Clock
  /** Made with the first timer: most runs have none. */
  #slots: (Set<Timer> | undefined)[] = []
  #size = 0
  /** All that was due at this time has been called. */
  #at = 0
  /** When the clock's timer fires; `Infinity` without one. */
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Timers that have neither fired nor been cancelled. */
  get size(): number {
    return this.#size
  }

  /** Calls `callback` once after `delayMs`, at most 1 ms later than asked for; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void {
    const now = this.#clock.monotonic()
    if (this.#size === 0) this.#at = Math.floor(now)
    if (this.#slots.length === 0) this.#slots = new Array<Set<Timer> | undefined>(SLOTS)
    const timer: Timer = { due: Math.max(Math.ceil(now + delayMs), this.#at + 1), callback }
    const at = timer.due & (SLOTS - 1)
    const slot = (this.#slots[at] ??= new Set())
    slot.add(timer)
    this.#size++
    if (timer.due < this.#armedFor) this.#arm(timer.due)
    return () => {
      if (!slot.delete(timer)) return
      this.#size--
      // nobody waits any more: the process may end
      if (this.#size === 0) this.#rest()
    }
  }

  /** Forgets all timers. */
  clear(): void {
    for (const slot of this.#slots) slot?.clear()
    this.#size = 0
    this.#rest()
  }

  #rest(): void {
    this.#disarm()
    this.#disarm = () => {}
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(at: number): void {
    this.#disarm()
    this.#armedFor = at
    this.#disarm = this.#clock.after(Math.max(0, at - this.#clock.monotonic()), () => this.#turn())
  }

  /** Calls what has become due, and has itself called again for the next. */
  #turn(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    const now = Math.floor(this.#clock.monotonic())
    const first = Math.max(this.#at + 1, now - SLOTS + 1)
    const due: Timer[] = []
    for (let at = first; at <= now; at++) {
      for (const timer of this.#slots[at & (SLOTS - 1)] ?? []) if (timer.due <= now) due.push(timer)
    }
    this.#at = Math.max(this.#at, now)
    due.sort((one, other) => one.due - other.due)
    for (const timer of due) {
      // an earlier callback may have cancelled it
      if (this.#slots[timer.due & (SLOTS - 1)]?.delete(timer) !== true) continue
      this.#size--
      timer.callback()
    }
    this.#armNext()
  }

  #armNext(): void {
    if (this.#size === 0) return
    for (let ahead = 1; ahead <= SLOTS; ahead++) {
      const at = this.#at + ahead
      if ((this.#slots[at & (SLOTS - 1)]?.size ?? 0) === 0) continue
      if (at < this.#armedFor) this.#arm(at)
      return
    }
  }
}
