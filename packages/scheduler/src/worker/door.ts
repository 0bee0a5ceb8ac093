/**
 * `Door`: tasks that were sent to a worker and that it has not begun. Each is begun by the worker or taken back by the
 * caller's thread, never both: whoever is first to take the task's number out of its cell has it.
 *
 * Two cells in memory that both threads share, for tasks of even and of odd numbers: a worker has two tasks at most, and
 * runs them in the order in which they were sent.
 */

/** Tasks that a worker has at most: one that runs, and one that waits at its door. */
export const TASKS_AT_ONCE = 2

/** The cell of the task that is asked back. */
const ASKED_BACK = TASKS_AT_ONCE

/** Either thread's view of a door. */
export class Door {
  readonly #cells: Int32Array<SharedArrayBuffer>

  constructor(cells: Int32Array<SharedArrayBuffer>) {
    this.#cells = cells
  }

  /** Cells of a new door. */
  static cells(): Int32Array<SharedArrayBuffer> {
    return new Int32Array(new SharedArrayBuffer((TASKS_AT_ONCE + 1) * Int32Array.BYTES_PER_ELEMENT))
  }

  /** The worker is to stop in this task, which it has begun, as soon as it can. */
  askBack(task: number): void {
    Atomics.store(this.#cells, ASKED_BACK, task)
  }

  isAskedBack(task: number): boolean {
    return Atomics.load(this.#cells, ASKED_BACK) === task
  }

  /** A task is about to be sent. @param task its number, counted from 1 */
  leave(task: number): void {
    Atomics.store(this.#cells, task % TASKS_AT_ONCE, task)
  }

  /** Takes the task, to begin it or to have it back. Returns whether the other side has not taken it before. */
  take(task: number): boolean {
    return Atomics.compareExchange(this.#cells, task % TASKS_AT_ONCE, task, 0) === task
  }
}
