/**
 * `Recorder`: what a run showed: a bounded number of frames over its whole length, its last events, its letters. What the
 * page begins with, and what the report holds.
 */

import type { Frame, Head, LetterGroup, Notice, Recording, TapLines } from '../model/protocol.ts'

/** Frames held at most, for a small graph. */
const MAX_FRAMES = 240
/** Figures of nodes, stages and edges held at most, in all frames together. */
const MAX_FIGURES = 60_000
const MAX_NOTICES = 200
/** Items held of each tap. */
const MAX_TAPPED = 100

/** Keeps less and less of the past in detail, and all of its length. */
export class Recorder {
  readonly head: Head
  #frames: Frame[] = []
  #stride = 1
  #seen = 0
  #last: Frame | undefined
  readonly #notices: Notice[] = []
  readonly #taps = new Map<string, TapLines>()

  constructor(head: Head) {
    this.head = head
  }

  /** The newest frame. */
  get last(): Frame | undefined {
    return this.#last
  }

  /** Adds a frame; older ones are thinned out when there are too many. */
  add(frame: Frame): void {
    this.#last = frame
    if (this.#seen++ % this.#stride !== 0) return
    this.#frames.push(frame)
    const { nodes, stages, edges } = frame.stats
    const room = Math.max(
      1,
      Math.min(MAX_FRAMES, MAX_FIGURES / (nodes.length + stages.length + edges.length + 1)),
    )
    while (this.#frames.length > room && this.#frames.length > 1) {
      this.#stride *= 2
      this.#frames = this.#frames.filter((_, index) => index % 2 === 0)
    }
  }

  /** Adds an event; the oldest are let go. */
  note(notice: Notice): void {
    this.#notices.push(notice)
    if (this.#notices.length > MAX_NOTICES) this.#notices.shift()
  }

  /** Keeps the newest items of a tap. */
  tap({ term, items, skipped }: TapLines): void {
    const before = this.#taps.get(term)
    const kept = [...(before?.items ?? []), ...items].slice(-MAX_TAPPED)
    this.#taps.set(term, { term, items: kept, skipped: skipped + (before?.skipped ?? 0) })
  }

  /** All of it. */
  recording(letters: readonly LetterGroup[], isLive: boolean): Recording {
    const frames = [...this.#frames]
    if (this.#last !== undefined && frames[frames.length - 1] !== this.#last) frames.push(this.#last)
    return {
      head: { ...this.head, isLive },
      frames,
      notices: [...this.#notices],
      letters,
      taps: [...this.#taps.values()],
    }
  }
}
