/** `DeadLetterQueue`: a run's dead letters as an async iterator. A slow reader holds back what fails. Made by `Run`. */

import type { DeadLetter } from '../failure.ts'

/** Letters that wait to be read at most, before the stages that make them are held back. */
const CAPACITY = 1024

/** A bounded queue with one reader. */
export class DeadLetterQueue implements AsyncIterableIterator<DeadLetter> {
  readonly #letters: DeadLetter[] = []
  /** Who waits for a letter; there are letters, or askers, never both. */
  readonly #askers: ((result: IteratorResult<DeadLetter>) => void)[] = []
  /** Who waits for room. */
  readonly #held: (() => void)[] = []
  #hasEnded = false

  /** Whether somebody waits for room. */
  get isFull(): boolean {
    return this.#held.length > 0
  }

  /** Adds a letter; a promise resolves when there is room for another. Nothing is kept once the reader has gone. */
  add(letter: DeadLetter): void | Promise<void> {
    if (this.#hasEnded) return
    const asker = this.#askers.shift()
    if (asker !== undefined) {
      asker({ done: false, value: letter })
      return
    }
    this.#letters.push(letter)
    if (this.#letters.length < CAPACITY) return
    return new Promise((resolve) => {
      this.#held.push(resolve)
    })
  }

  /** The run has ended: what is here can still be read. */
  end(): void {
    this.#hasEnded = true
    for (const ask of this.#askers.splice(0)) ask({ done: true, value: undefined })
    this.#release()
  }

  #release(): void {
    for (const resolve of this.#held.splice(0)) resolve()
  }

  next(): Promise<IteratorResult<DeadLetter>> {
    const value = this.#letters.shift()
    if (value !== undefined) {
      if (this.#letters.length < CAPACITY) this.#release()
      return Promise.resolve({ done: false, value })
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#askers.push(resolve)
    })
  }

  /** Reads no more: letters are counted still, and not kept. */
  return(): Promise<IteratorResult<DeadLetter>> {
    this.#letters.length = 0
    this.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
