/** `Store`: all the page knows. Components read it; `subscribe` tells when it has changed, once per picture on the screen. */

import { isOver, type Moment, Moments } from '../src/model/moment.ts'
import { isSamePicture, type Picture, pictureIn } from '../src/model/picture.ts'
import type {
  Command,
  Frame,
  Head,
  LetterGroup,
  Notice,
  Recording,
  RunState,
  TapLines,
  TermPlot,
} from '../src/model/protocol.ts'
import { Series } from '../src/model/series.ts'
import { command, listen } from './source.ts'

/** Items of a tap held at most. */
const MAX_TAPPED = 100
const MAX_NOTICES = 200

/** Items that were looked at, of one term. */
export interface Tapped {
  readonly items: readonly { readonly time: number; readonly text: string }[]
  readonly skipped: number
}

/** The page's state. */
export class Store {
  head: Head | undefined
  picture: Picture = { nodes: [], edges: [] }
  moment: Moment | undefined
  series = new Series()
  notices: readonly Notice[] = []
  letters: readonly LetterGroup[] = []
  readonly tapped = new Map<string, Tapped>()
  /** What the run's own terms draw. */
  plots: readonly TermPlot[] = []
  /** The taps that were begun from a page. */
  begun: readonly string[] = []
  isConnected = true
  isOver = false
  /** What went wrong with the last thing that was asked for. */
  complaint: string | undefined
  /** Of a recording: its frames, and which one is shown. */
  frames: readonly Frame[] = []
  at = 0
  /** Counts up with every change. */
  version = 0
  #moments = new Moments(this.picture)
  readonly #listeners = new Set<() => void>()
  #isDrawing = false

  constructor() {
    listen({
      recording: (recording) => this.#open(recording),
      frame: (frame) => this.#show(frame),
      notice: (notice) => this.#change(() => (this.notices = [...this.notices, notice].slice(-MAX_NOTICES))),
      letters: (letters) => this.#change(() => (this.letters = letters)),
      tap: (lines) => this.#change(() => this.#tap(lines)),
      plots: (plots) => this.#change(() => (this.plots = plots)),
      tapped: (names) => this.#change(() => (this.begun = names)),
      end: () => this.#change(() => (this.isOver = true)),
      connected: (isConnected) => this.#change(() => (this.isConnected = isConnected)),
    })
  }

  /** Calls `listener` when something has changed. Returns how to stop it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Whether frames can be gone through. */
  get isPlayback(): boolean {
    return this.head?.isLive === false && this.frames.length > 1
  }

  /** How the run stands. */
  get state(): RunState {
    return this.moment?.frame.state ?? 'starting'
  }

  /** Shows one frame of a recording. */
  seek(at: number): void {
    this.#change(() => this.#seek(at))
  }

  /** Asks the server for something, and says if it could not be done. Resolves to what was said of it. */
  async ask(what: Command): Promise<string | undefined> {
    const { complaint, said } = await command(what)
    this.#change(() => (this.complaint = complaint))
    return said
  }

  #open({ head, frames, notices, letters, taps, tapped = [], plots = [] }: Recording): void {
    this.head = head
    this.notices = notices
    this.letters = letters
    this.begun = tapped
    this.plots = plots
    this.tapped.clear()
    for (const lines of taps) this.#tap(lines)
    const picture = pictureIn(head, frames)
    // the same graph keeps its place on the screen
    if (picture !== undefined && !isSamePicture(picture, this.picture)) this.picture = picture
    this.#moments = new Moments(this.picture)
    this.series = new Series()
    const newest = frames.at(-1)
    this.isOver = !head.isLive || (newest !== undefined && isOver(newest))
    this.frames = head.isLive ? [] : frames
    for (const frame of frames) {
      this.moment = this.#moments.next(frame)
      this.series.add(this.moment)
    }
    this.at = Math.max(0, frames.length - 1)
    this.#change(() => undefined)
  }

  #seek(at: number): void {
    this.at = at
    this.moment = this.#moments.last(this.frames.slice(0, at + 1)) ?? this.moment
  }

  #show(frame: Frame): void {
    this.#change(() => {
      this.moment = this.#moments.next(frame)
      this.series.add(this.moment)
      // of a run that is watched nothing else tells it
      if (isOver(frame)) this.isOver = true
    })
  }

  #tap({ term, items, skipped }: TapLines): void {
    const before = this.tapped.get(term)
    this.tapped.set(term, {
      items: [...(before?.items ?? []), ...items].slice(-MAX_TAPPED),
      skipped: (before?.skipped ?? 0) + skipped,
    })
  }

  #change(change: () => void): void {
    change()
    this.version++
    if (this.#isDrawing) return
    this.#isDrawing = true
    // not requestAnimationFrame, which stands still in a tab that is not looked at: what is told must not pile up
    setTimeout(() => {
      this.#isDrawing = false
      for (const listener of this.#listeners) listener()
    }, 30)
  }
}
