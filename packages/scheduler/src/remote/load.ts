/**
 * `Load`: how busy a crew is and how much waits for it, as means since the last look. Called by `SharedCrew`, which hands
 * in the time: nothing here reads a clock.
 */

/** What was measured over a while. */
export interface LoadSample {
  /** Mean number of tasks that had no worker of their own. */
  readonly backlog: number
  /** Mean share of the workers that had a task, from 0 to 1. */
  readonly utilisation: number
}

/** Adds up over time. All times are in ms on one clock. */
export class Load {
  #tasks = 0
  #workers = 0
  #since: number
  #at: number
  #busyMs = 0
  #workerMs = 0
  #backlogMs = 0

  constructor(now: number) {
    this.#since = now
    this.#at = now
  }

  /** Tasks under way or waiting. */
  get tasks(): number {
    return this.#tasks
  }

  /** So many tasks more, or fewer, from now on. */
  add(tasks: number, now: number): void {
    this.#move(now)
    this.#tasks += tasks
  }

  /** There are so many workers from now on. */
  set(workers: number, now: number): void {
    if (workers === this.#workers) return
    this.#move(now)
    this.#workers = workers
  }

  #move(now: number): void {
    const ms = now - this.#at
    this.#at = now
    this.#busyMs += Math.min(this.#tasks, this.#workers) * ms
    this.#workerMs += this.#workers * ms
    this.#backlogMs += Math.max(0, this.#tasks - this.#workers) * ms
  }

  /** What was measured since the last sample; `undefined` if that is less than `everyMs` ago. */
  sample(everyMs: number, now: number): LoadSample | undefined {
    if (now - this.#since < everyMs) return undefined
    this.#move(now)
    const backlog = this.#backlogMs / (now - this.#since)
    const utilisation = this.#workerMs === 0 ? 0 : this.#busyMs / this.#workerMs
    this.#since = now
    this.#busyMs = 0
    this.#workerMs = 0
    this.#backlogMs = 0
    return { backlog, utilisation }
  }
}
