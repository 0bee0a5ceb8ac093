/** `Windower`: which windows an item belongs to, and when they are complete. The timing is `window-term.ts`'s. */

/** A way to cut a stream into windows. Its state is plain data, and only its methods change it. */
export interface Windower<State, Item, Result> {
  /** The state before the first item. */
  init(): State
  /**
   * Takes an item in; `out` gets the results of windows that were given before. Returns false if all windows of the
   * item are gone: it is late.
   */
  add(state: State, key: unknown, item: Item, time: number, watermark: number, out: Result[]): boolean
  /** The watermark has reached `watermark`: `out` gets the windows that end there or before. */
  advance(state: State, watermark: number, out: Result[]): void
  /** When the next window may be complete; infinite if none is open. */
  nextAt(state: State): number
  /** The end of the last window that is open; minus infinity if none is. */
  lastEnd(state: State): number
}

/** The value of one window, as windowers give it. */
export interface Fired {
  readonly key?: unknown
  readonly start: number
  readonly end: number
  readonly value: unknown
  readonly isLate?: true
}

/** What `Windower`s are told. */
export interface WindowerOptions {
  /** Of the term, for messages. */
  readonly owner: string
  readonly aggregate: {
    init(): unknown
    add(state: unknown, item: unknown): unknown
    merge(into: unknown, other: unknown): unknown
    result(state: unknown): unknown
  }
  readonly allowedLatenessMs: number
  readonly maxOpen: number
}

/** The result of one window; without a key where there is none. */
export function firedOf(key: unknown, start: number, end: number, value: unknown, isLate: boolean): Fired {
  const window = key === undefined ? { start, end, value } : { key, start, end, value }
  return isLate ? { ...window, isLate: true } : window
}

/** The state of a window term: how far time has come, and the open windows. */
export interface WindowState<State> {
  /** The latest time seen. */
  latest: number
  readonly open: State
  /** With `idleMs`: the watermark is here at least, since no item had come. */
  floor?: number
  /** With `idleMs`: what is on its way out. */
  ready?: unknown[]
}
