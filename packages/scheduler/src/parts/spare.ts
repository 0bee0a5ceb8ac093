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
  /** Resolves with whether the part has loaded. */
  #loaded: Promise<boolean> = Promise.resolve(false)
  #isClosed = false

  constructor(make: () => Part | undefined, load: (part: Part) => Promise<boolean>) {
    this.#make = make
    this.#load = load
  }

  /** Has a thread made ready, unless there is one. */
  prepare(): void {
    if (this.#isClosed || this.#part !== undefined) return
    this.#part = this.#make()
    // whoever needs a graph that cannot be loaded will fail, and say why
    if (this.#part !== undefined) this.#loaded = this.#load(this.#part).catch(() => false)
  }

  /** The thread, once it is ready; `undefined` if there is none. */
  async take(): Promise<HostThread | undefined> {
    const part = this.#part
    if (part === undefined || !(await this.#loaded) || this.#part !== part) {
      if (part !== undefined && this.#part === part) this.#drop(part)
      return undefined
    }
    this.#part = undefined
    part.leave()
    return part.thread.isAlive ? part.thread : undefined
  }

  #drop(part: Part): void {
    this.#part = undefined
    part.leave()
    part.thread.end()
  }

  /** Lets go of the thread. */
  close(options: ThreadOptions): void {
    this.#isClosed = true
    this.#part?.close(options)
    this.#part = undefined
  }
}
