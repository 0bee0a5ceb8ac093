/**
 * `slices`: the windower of windows with a fixed size, tumbling or sliding. Internal.
 *
 * Items are aggregated into slices that no window's edge cuts, and a window's value is merged from its slices; so an
 * item is taken in once, however many windows overlap. S. Krishnamurthy, C. Wu, M. Franklin, "On-the-fly sharing for
 * streamed aggregation", SIGMOD 2006.
 */

import { fullError } from '../event-time/options.ts'
import { type Fired, firedOf, type Windower, type WindowerOptions } from './windower.ts'

/** Where windows begin and end: one begins at `offset` plus each multiple of `slide`. */
export interface Grid {
  readonly size: number
  readonly slide: number
  readonly offset: number
}

/** The state: aggregates by slice and key. */
export interface SliceState {
  /** By the slice's start, then by key in the order in which the keys came. */
  readonly slices: Map<number, Map<unknown, unknown>>
  /** Aggregates held. */
  held: number
  /** Windows that end here or before were given. */
  given: number
  /** The earliest time at which a window is complete or a slice can go. */
  nextAt: number
}

/** The start of the slice that `time` lies in. */
export function sliceOf({ size, slide, offset }: Grid, time: number): number {
  const base = Math.floor((time - offset) / slide) * slide + offset
  const cut = size % slide
  return time - base < cut ? base : base + cut
}

/** The end of the last window that `time` lies in; the others end each `slide` before. */
export function lastEndOf({ size, slide, offset }: Grid, time: number): number {
  return Math.floor((time - offset) / slide) * slide + offset + size
}

/** The end of the first window that holds the slice at `start` and ends after `mark`; if none does, a later end. */
function endAfter(grid: Grid, start: number, mark: number): number {
  const lastEnd = lastEndOf(grid, start)
  const first = lastEnd - Math.ceil((lastEnd - start) / grid.slide - 1) * grid.slide
  return mark < first ? first : first + (Math.floor((mark - first) / grid.slide) + 1) * grid.slide
}

/** When, after `watermark`, the first window of the slice ends, or the slice can go. */
function firstAfter(grid: Grid, allowedLatenessMs: number, start: number, watermark: number): number {
  const lastEnd = lastEndOf(grid, start)
  const end = endAfter(grid, start, watermark)
  return end <= lastEnd ? end : lastEnd + allowedLatenessMs
}

/** The slice at `start`, made if there is none. */
function openSlice(
  grid: Grid,
  { allowedLatenessMs }: WindowerOptions,
  state: SliceState,
  start: number,
  watermark: number,
): Map<unknown, unknown> {
  let slice = state.slices.get(start)
  if (slice === undefined) {
    slice = new Map()
    state.slices.set(start, slice)
    state.nextAt = Math.min(state.nextAt, firstAfter(grid, allowedLatenessMs, start, watermark))
  }
  return slice
}

/** Counts one more aggregate. @throws {BadInputError} if there are as many as there may be. */
function hold(state: SliceState, { owner, maxOpen }: WindowerOptions): void {
  if (++state.held > maxOpen) throw fullError(owner, 'maxOpen', maxOpen, 'open windows')
}

/** Merges what a worker has aggregated for one slice, by key. The slice must not be late. */
export function takeSlice(
  grid: Grid,
  options: WindowerOptions,
  state: SliceState,
  start: number,
  values: ReadonlyMap<unknown, unknown>,
  watermark: number,
): void {
  const slice = openSlice(grid, options, state, start, watermark)
  for (const [key, value] of values) {
    if (slice.has(key)) slice.set(key, options.aggregate.merge(slice.get(key), value))
    else {
      hold(state, options)
      slice.set(key, value)
    }
  }
}

/** Windows of `grid`. */
export function slices(grid: Grid, options: WindowerOptions): Windower<SliceState, unknown, Fired> {
  const { size, slide } = grid
  const { aggregate, allowedLatenessMs } = options

  /** Merged from the key's slices in the window that ends at `end`, earliest first. */
  function mergedOf(parts: readonly unknown[]): unknown {
    const [only] = parts
    if (parts.length === 1) return aggregate.result(only)
    return aggregate.result(parts.reduce((into, part) => aggregate.merge(into, part), aggregate.init()))
  }

  function give(state: SliceState, starts: readonly number[], end: number, out: Fired[]): void {
    const parts = new Map<unknown, unknown[]>()
    for (const start of starts) {
      if (start < end - size) continue
      if (start >= end) break
      for (const [key, value] of state.slices.get(start) as Map<unknown, unknown>) {
        const known = parts.get(key)
        if (known === undefined) parts.set(key, [value])
        else known.push(value)
      }
    }
    for (const [key, values] of parts) out.push(firedOf(key, end - size, end, mergedOf(values), false))
  }

  return {
    init: () => ({
      slices: new Map(),
      held: 0,
      given: Number.NEGATIVE_INFINITY,
      nextAt: Number.POSITIVE_INFINITY,
    }),

    add(state, key, item, time, watermark, out) {
      const lastEnd = lastEndOf(grid, time)
      if (lastEnd + allowedLatenessMs <= watermark) return false
      const start = sliceOf(grid, time)
      const slice = openSlice(grid, options, state, start, watermark)
      const isNew = !slice.has(key)
      if (isNew) hold(state, options)
      slice.set(key, aggregate.add(isNew ? aggregate.init() : slice.get(key), item))
      const to = Math.min(lastEnd, watermark)
      for (let end = endAfter(grid, start, watermark - allowedLatenessMs); end <= to; end += slide) {
        out.push(again(state, key, end))
      }
      return true
    },

    advance(state, watermark, out) {
      if (watermark < state.nextAt) {
        state.given = watermark
        return
      }
      const starts = [...state.slices.keys()].sort((a, b) => a - b)
      const ends = new Set<number>()
      for (const start of starts) {
        const to = Math.min(lastEndOf(grid, start), watermark)
        for (let end = endAfter(grid, start, state.given); end <= to; end += slide) ends.add(end)
      }
      for (const end of [...ends].sort((a, b) => a - b)) give(state, starts, end, out)
      state.given = watermark
      state.nextAt = Number.POSITIVE_INFINITY
      for (const start of starts) {
        const lastEnd = lastEndOf(grid, start)
        if (lastEnd + allowedLatenessMs <= watermark) {
          state.held -= state.slices.get(start)?.size ?? 0
          state.slices.delete(start)
        } else state.nextAt = Math.min(state.nextAt, firstAfter(grid, allowedLatenessMs, start, watermark))
      }
    },

    nextAt: (state) => state.nextAt,

    lastEnd(state) {
      let last = Number.NEGATIVE_INFINITY
      for (const start of state.slices.keys()) last = Math.max(last, lastEndOf(grid, start))
      return last
    },
  }

  /** A given window of one key once more, after a late item. */
  function again(state: SliceState, key: unknown, end: number): Fired {
    const parts = [...state.slices]
      .filter(([start, slice]) => start >= end - size && start < end && slice.has(key))
      .sort(([a], [b]) => a - b)
      .map(([, slice]) => slice.get(key))
    return firedOf(key, end - size, end, mergedOf(parts), true)
  }
}
