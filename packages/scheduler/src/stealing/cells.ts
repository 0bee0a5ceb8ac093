/** `Cells`: the flags in shared memory through which workers ask each other for work. See README.md. */

import { ASLEEP, BUSY, LINE, REQUEST } from './protocol.ts'

/** The flags of all workers, as one of them sees them. */
export class Cells {
  readonly #cells: Int32Array<SharedArrayBuffer>
  readonly #own: number

  constructor(cells: Int32Array<SharedArrayBuffer>, slot: number) {
    this.#cells = cells
    this.#own = slot
  }

  /** Flags for so many workers, all down. */
  static make(slots: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(new SharedArrayBuffer(slots * LINE * Int32Array.BYTES_PER_ELEMENT))
  }

  set isBusy(busy: boolean) {
    Atomics.store(this.#cells, this.#own * LINE + BUSY, busy ? 1 : 0)
  }

  isBusyAt(slot: number): boolean {
    return Atomics.load(this.#cells, slot * LINE + BUSY) === 1
  }

  /** Asks `slot` for work. Returns whether an answer will come. */
  ask(slot: number): boolean {
    const cell = slot * LINE + REQUEST
    const own = this.#own + 1
    if (Atomics.compareExchange(this.#cells, cell, 0, own) !== 0) return false
    if (this.isBusyAt(slot)) return true
    // it has run dry meanwhile: unless it has seen the request, nobody will answer
    return Atomics.compareExchange(this.#cells, cell, own, 0) !== own
  }

  /** Whether somebody asks this worker. */
  get isAsked(): boolean {
    return Atomics.load(this.#cells, this.#own * LINE + REQUEST) !== 0
  }

  /** Who asks this worker, if anybody; the request is taken. */
  takeRequest(): number | undefined {
    const thief = Atomics.exchange(this.#cells, this.#own * LINE + REQUEST, 0)
    return thief === 0 ? undefined : thief - 1
  }

  /** Announces sleep, or takes it back. */
  set isAsleep(asleep: boolean) {
    Atomics.store(this.#cells, this.#own * LINE + ASLEEP, asleep ? 1 : 0)
  }

  isAsleepAt(slot: number): boolean {
    return Atomics.load(this.#cells, slot * LINE + ASLEEP) === 1
  }

  /** Whether `slot` slept, and is now to be woken by the caller. */
  claimSleeper(slot: number): boolean {
    return Atomics.compareExchange(this.#cells, slot * LINE + ASLEEP, 1, 0) === 1
  }
}
