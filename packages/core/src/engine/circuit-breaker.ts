/**
 * `CircuitBreaker`: spares a term that keeps failing. Made by `Guard`, one for each node and run.
 *
 * Closed, every item is tried. Open, none is, until one is tried as a probe; its outcome closes or opens it again.
 * M. Nygard, "Release it!", 2007.
 */

import type { Clock } from '../contracts.ts'
import type { Circuit } from '../failure.ts'

/** Says which items are tried. */
export class CircuitBreaker {
  readonly circuit: Circuit
  readonly #clock: Clock
  /** When items failed for good: the last `failures` of them, oldest first. */
  readonly #failures: number[] = []
  /** When the next item is a probe; `undefined` while closed. */
  #probeAt: number | undefined
  #isProbing = false

  constructor(circuit: Circuit, clock: Clock) {
    this.circuit = circuit
    this.#clock = clock
  }

  /** Whether the next item is to go by untried, or to be a probe. */
  get isOpen(): boolean {
    return this.#probeAt !== undefined && !this.#isProbing
  }

  /** Whether the item at hand may be tried. While open, that makes it the probe: its outcome is to be told. */
  admits(): boolean {
    if (this.#probeAt === undefined) return true
    if (this.#isProbing || this.#clock.monotonic() < this.#probeAt) return false
    this.#isProbing = true
    return true
  }

  /** A call succeeded. One that was begun before the circuit opened says nothing about now. */
  onSuccess(isProbe = this.#isProbing): void {
    if (!isProbe) return
    this.#isProbing = false
    this.#probeAt = undefined
    this.#failures.length = 0
  }

  /** An item that was tried has failed for good. */
  onFailure(isProbe = this.#isProbing): void {
    const { failures, windowMs } = this.circuit
    const now = this.#clock.monotonic()
    this.#failures.push(now)
    if (this.#failures.length > failures) this.#failures.shift()
    const isTripped = this.#failures.length === failures && now - (this.#failures[0] as number) <= windowMs
    if (!isProbe && (this.#probeAt !== undefined || !isTripped)) return
    this.#isProbing = false
    this.#probeAt = now + (this.circuit.probeAfterMs ?? windowMs)
  }
}
