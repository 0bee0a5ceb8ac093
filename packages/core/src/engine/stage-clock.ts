/**
 * `StageClock`: books what a stage does with its time: busy, backpressured, waiting or idle, one at any moment. Told by
 * the engine, by the stage and by its outlet, with clock readings that they have anyway where there are many.
 */

import { performance } from 'node:perf_hooks'
import type { StageTime } from '../stats.ts'

/** Milliseconds by state; what is in none of them was idle. */
export type BookedTime = Omit<StageTime, 'idleMs'>

/** What a stage does at a moment; `awaiting` is waiting for a promise or the like. */
export type StageState = 'busy' | 'backpressured' | 'waiting' | 'awaiting' | 'idle'

/**
 * One stage's time. Where states overlap the first counts: running, with a batch away, blocked, waiting. Moments are
 * readings of `performance.now()`; one before the last changes nothing.
 */
export class StageClock {
  #busyMs = 0
  #waitingMs = 0
  /** Of `#waitingMs`: for what a node waits for. */
  #awaitedMs = 0
  #nodeMs: number[] | undefined
  /** The node that waits; -1 if it is the stage, for its turn. */
  #node = -1
  #backpressuredMs = 0
  #since = 0
  #isRunning = false
  #isBlocked = false
  #isWaiting = false
  #isAway = false
  /** Of the time with a batch away: the share in which terms were at work, as far as is known. */
  #workShare = 1

  /** An activation begins. */
  begin(at: number): void {
    this.#book(at)
    this.#isRunning = true
  }

  /**
   * An activation is over.
   *
   * @param isWaiting whether the stage has something to do that it cannot go on with
   * @param node the one that waits for something outside; -1 for none
   */
  end(at: number, isWaiting: boolean, node: number): void {
    this.#book(at)
    this.#isRunning = false
    this.#isWaiting = isWaiting
    this.#node = node
  }

  /** It has something to do. */
  wake(at: number): void {
    if (this.#isWaiting) return
    this.#book(at)
    this.#isWaiting = true
  }

  /** As `wake`, now: the clock is read only if that changes something. */
  wakeNow(node = -1): void {
    if (this.#isWaiting) return
    this.wake(performance.now())
    this.#node = node
  }

  /** It has nothing to do before something comes. */
  rest(): void {
    if (!this.#isWaiting) return
    this.#book(performance.now())
    this.#isWaiting = false
  }

  /** There is no room behind it. */
  block(at: number): void {
    this.#book(at)
    this.#isBlocked = true
  }

  /** There is room again. */
  unblock(at: number): void {
    this.#book(at)
    this.#isBlocked = false
  }

  /** The first of its batches goes to a worker. */
  send(at: number): void {
    this.#book(at)
    this.#isAway = true
  }

  /** A batch is back. @param workShare of the time it was away: in which terms were at work, rather than waiting */
  receive(at: number, isLast: boolean, workShare: number): void {
    this.#workShare = workShare
    this.#book(at)
    this.#isAway = !isLast
  }

  /** What it has done up to the moment, if it goes on with what it does until then. */
  read(at: number): BookedTime {
    // who was told a figure is never told a smaller one
    this.#book(Math.min(at, performance.now()))
    const ms = at - this.#since
    if (!(ms > 0)) return this.last
    const { busyMs, waitingMs, awaitedMs, backpressuredMs } = this.last
    if (this.#isRunning) return { busyMs: busyMs + ms, waitingMs, awaitedMs, backpressuredMs }
    if (this.#isAway) {
      const waited = ms * (1 - this.#workShare)
      const busy = busyMs + ms - waited
      return { busyMs: busy, waitingMs: waitingMs + waited, awaitedMs: awaitedMs + waited, backpressuredMs }
    }
    if (this.#isBlocked) return { busyMs, waitingMs, awaitedMs, backpressuredMs: backpressuredMs + ms }
    if (!this.#isWaiting) return this.last
    const awaited = awaitedMs + (this.#node < 0 ? 0 : ms)
    return { busyMs, waitingMs: waitingMs + ms, awaitedMs: awaited, backpressuredMs }
  }

  /** What it does now. */
  get state(): StageState {
    if (this.#isRunning || this.#isAway) return 'busy'
    if (this.#isBlocked) return 'backpressured'
    if (!this.#isWaiting) return 'idle'
    return this.#node < 0 ? 'waiting' : 'awaiting'
  }

  /** What was booked; the state of now from `since` on is still to be. */
  get last(): BookedTime & { readonly since: number } {
    return {
      busyMs: this.#busyMs,
      waitingMs: this.#waitingMs,
      awaitedMs: this.#awaitedMs,
      backpressuredMs: this.#backpressuredMs,
      since: this.#since,
    }
  }

  /** How long each node was waited for, in ms; `undefined` if none was. */
  get nodeMs(): readonly number[] | undefined {
    return this.#nodeMs
  }

  #book(at: number): void {
    const ms = at - this.#since
    if (!(ms > 0)) return
    this.#since = at
    if (this.#isRunning) this.#busyMs += ms
    else if (this.#isAway) {
      const waited = ms * (1 - this.#workShare)
      this.#busyMs += ms - waited
      this.#waitingMs += waited
      this.#awaitedMs += waited
    } else if (this.#isBlocked) this.#backpressuredMs += ms
    else if (this.#isWaiting) this.#wait(ms)
  }

  #wait(ms: number): void {
    this.#waitingMs += ms
    if (this.#node < 0) return
    this.#awaitedMs += ms
    this.#nodeMs ??= []
    this.#nodeMs[this.#node] = (this.#nodeMs[this.#node] ?? 0) + ms
  }
}
