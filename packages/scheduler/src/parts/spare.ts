/**
 * `Spare`: a thread in reserve that has loaded what the run's parts need, so that who loses a thread goes on soon. Made
 * by `PartsPlacement`; there is none before the first loss.
 */

import type { HostThread } from '../threads/host-thread.ts'
import type { ThreadOptions } from '../threads/thread-cache.ts'
import type { Part } from './part.ts'

/** Keeps one thread in reserve. */
export class Spare {
  /** Starts a thread that hosts an empty part, if there is one to be had. */
  readonly #make: () => Part | undefined
  /** Resolves with whether the part has loaded all graphs. */
  readonly #load: (part: Part) => Promise<boolean>
  #part: Part | undefined
  #isReady = false
  #isClosed = false

  constructor(make: () => Part | undefined, load: (part: Part) => Promise<boolean>) {
    this.#make = make
    this.#load = load
  }

  /** Has a thread made ready, unless there is one. */
  prepare(): void {
    if (this.#isClosed || this.#part !== undefined) return
    const part = this.#make()
    if (part === undefined) return
    this.#part = part
    this.#isReady = false
    this.#load(part).then(
      (isLoaded) => this.#onLoaded(part, isLoaded),
      () => this.#onLoaded(part, false), // whoever needs the graph will fail, and say why
    )
  }

  #onLoaded(part: Part, isLoaded: boolean): void {
    if (this.#part !== part) return
    this.#isReady = isLoaded
    if (isLoaded) return
    this.#part = undefined
    part.leave()
    part.thread.end()
  }

  /** The thread, if it is ready. */
  take(): HostThread | undefined {
    const part = this.#part
    if (part === undefined || !this.#isReady) return undefined
    this.#part = undefined
    part.leave()
    return part.thread.isAlive ? part.thread : undefined
  }

  /** Lets go of the thread. */
  close(options: ThreadOptions): void {
    this.#isClosed = true
    this.#part?.close(options)
    this.#part = undefined
  }
}
