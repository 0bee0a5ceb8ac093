/**
 * `sliceCombiner`: how workers share the work of windows in event time. Called by the tumbling and the sliding window.
 *
 * A partial keeps what it has seen apart by *epochs*: spans in which its own watermark passes no window's end. When
 * partials are merged in the order of the stream, the true watermark before each epoch is known. So windows are given
 * with just the items that one thread would have had in them by then, and what is late is late for the same reason:
 * within the partial its own watermark says so; otherwise the watermark of all before does, of a whole slice at once.
 */

import type { Combiner } from '@millrace/core'
import { type LatePolicy, lateError } from '../event-time/options.ts'
import { type Grid, lastEndOf, type SliceState, sliceOf, takeSlice } from './slices.ts'
import type { Fired, Windower, WindowerOptions, WindowState } from './windower.ts'

/** What came to one slice in one epoch. */
interface PartialSlice {
  /** The first item and its time: what an error would name. */
  readonly first: unknown
  readonly at: number
  /** Aggregates by key, in the order in which the keys came. */
  readonly values: Map<unknown, unknown>
}

interface Epoch {
  /** The latest time seen when it began. */
  readonly latest: number
  /** By the slice's start, in the order in which the slices came. */
  readonly slices: Map<number, PartialSlice>
}

/** What a worker sends of a batch: plain data. */
export interface SlicePartial {
  latest: number
  /** The end of the next window: an item that brings the watermark there begins an epoch. */
  nextEnd: number
  readonly epochs: Epoch[]
}

/** How items are read, and what becomes of late ones. */
export interface SliceReading {
  readonly readTime: (item: never) => number
  readonly readKey: (item: never) => unknown
  readonly outOfOrderMs: number
  readonly late: Exclude<LatePolicy, 'port'>
}

/** The combiner of windows on `grid`, where no window is given twice. */
export function sliceCombiner(
  grid: Grid,
  options: WindowerOptions,
  windower: Windower<SliceState, unknown, Fired>,
  { readTime, readKey, outOfOrderMs, late }: SliceReading,
): Combiner<never, WindowState<SliceState>, Fired, SlicePartial> {
  const { owner, aggregate } = options
  const { size, slide, offset } = grid
  /** The first end of a window behind `watermark`. */
  const endBehind = (watermark: number): number => {
    const first = offset + size
    return (Math.floor((watermark - first) / slide) + 1) * slide + first
  }
  const begin = (partial: SlicePartial, at: number): void => {
    const watermark = at - outOfOrderMs
    if (watermark < partial.nextEnd) return
    partial.epochs.push({ latest: at, slices: new Map() })
    partial.nextEnd = endBehind(watermark)
  }
  return {
    begin: () => ({
      latest: Number.NEGATIVE_INFINITY,
      nextEnd: Number.NEGATIVE_INFINITY,
      epochs: [],
    }),

    add(partial, item) {
      const at = readTime(item)
      if (at > partial.latest) {
        partial.latest = at
        begin(partial, at)
      }
      const watermark = partial.latest - outOfOrderMs
      const key = readKey(item)
      if (lastEndOf(grid, at) <= watermark) {
        if (late === 'fail') throw lateError(owner, item, at, watermark)
        return partial
      }
      const { slices } = partial.epochs[partial.epochs.length - 1] as Epoch
      const start = sliceOf(grid, at)
      let slice = slices.get(start)
      if (slice === undefined) {
        slice = { first: item, at, values: new Map() }
        slices.set(start, slice)
      }
      const { values } = slice
      const known = values.get(key)
      const isNew = known === undefined && !values.has(key)
      values.set(key, aggregate.add(isNew ? aggregate.init() : known, item))
      return partial
    },

    merge({ state }, partial) {
      const out: Fired[] = []
      const advance = (latest: number): void => {
        if (!(latest > state.latest)) return
        state.latest = latest
        windower.advance(state.open, latest - outOfOrderMs, out)
      }
      for (const { latest, slices } of partial.epochs) {
        advance(latest)
        const watermark = state.latest - outOfOrderMs
        for (const [start, { first, at, values }] of slices) {
          if (lastEndOf(grid, start) > watermark) {
            takeSlice(grid, options, state.open, start, values, watermark)
          } else if (late === 'fail') throw lateError(owner, first, at, watermark)
        }
      }
      advance(partial.latest)
      return out
    },
  }
}
