/**
 * `StarvationWatch`: finds stages that could do something and do not get to it. Looked at now and then by `Engine`, if
 * somebody listens; what runs all the time costs nothing for it.
 */

/** What is asked of a stage. */
export interface Held {
  /** Whether it could do something, and waits for its turn. */
  readonly isHeld: boolean
  /** A number that changes whenever it gets what it waits for. */
  readonly progress: number
}

interface Seen {
  readonly progress: number
  readonly since: number
  isTold: boolean
}

/** Remembers since when which stage has been held. */
export class StarvationWatch<Stage extends Held> {
  readonly #seen = new Map<Stage, Seen>()

  /**
   * The stages that have been held for `starvationMs` or longer, as far as was seen: they were held at each look since,
   * and had no progress in between. Each is returned once, until it gets on.
   */
  look(stages: readonly Stage[], now: number, starvationMs: number): Stage[] {
    return stages.filter((stage) => {
      if (!stage.isHeld) {
        this.#seen.delete(stage)
        return false
      }
      const seen = this.#seen.get(stage)
      if (seen?.progress !== stage.progress) {
        this.#seen.set(stage, { progress: stage.progress, since: now, isTold: false })
        return false
      }
      if (seen.isTold || now - seen.since < starvationMs) return false
      seen.isTold = true
      return true
    })
  }

  /** Forgets since when: time that passed does not count. */
  clear(): void {
    this.#seen.clear()
  }
}
