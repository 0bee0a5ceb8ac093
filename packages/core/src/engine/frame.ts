/** `Frame`: items that enter a fused chain in front of op `op`. Made and worked off by `FusedStage`. */

import type { SavedItems } from './snapshot.ts'

/**
 * What a frame's items are: `input` of the chain; the `result` of the op before; the rest of an `expansion`;
 * `extra` items, emitted through the context; `born` ones, from `enter` or `end`; one to `retry`, for another call.
 */
export type FrameRole = 'input' | 'result' | 'expansion' | 'extra' | 'born' | 'retry'

/** A window, as plain data. */
export interface FrameSnapshot extends SavedItems {
  readonly op: number
  readonly role: FrameRole
  readonly time: number
  readonly cause: unknown
  readonly wasUsed: boolean
}

/** A window on an array, or an iterator, waiting to be worked off. */
export class Frame {
  readonly op: number
  readonly role: FrameRole
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
  readonly iterator: Iterator<unknown> | undefined
  readonly asyncIterator: AsyncIterator<unknown> | undefined
  /** Items before this index are done; of an iterator, so many were taken. */
  at = 0
  to: number
  /** Source time of all items, where `times` has none. */
  time = Number.NaN
  /** The input that an expansion came from, for errors. */
  cause: unknown = undefined
  /** Whether an expansion has given any output. */
  wasUsed = false
  /** Its item is the first that an expansion has given. */
  isFirst = false
  /** It is not for the stack to book its input as one that gave nothing: it failed. */
  hasFailed = false
  /** Of an expansion, and of an item to retry: calls made before. */
  attempts = 0

  private constructor(
    op: number,
    role: FrameRole,
    items: readonly unknown[],
    times: readonly number[] | undefined,
    iterator: Iterator<unknown> | undefined,
    asyncIterator: AsyncIterator<unknown> | undefined,
  ) {
    this.op = op
    this.role = role
    this.items = items
    this.times = times
    this.iterator = iterator
    this.asyncIterator = asyncIterator
    this.to = iterator === undefined && asyncIterator === undefined ? items.length : Number.POSITIVE_INFINITY
  }

  static window(op: number, role: FrameRole, items: readonly unknown[], times?: readonly number[]): Frame {
    return new Frame(op, role, items, times, undefined, undefined)
  }

  static iterator(op: number, role: FrameRole, iterator: Iterator<unknown>, time = Number.NaN): Frame {
    const frame = new Frame(op, role, NO_ITEMS, undefined, iterator, undefined)
    frame.time = time
    return frame
  }

  static asyncExpansion(op: number, iterator: AsyncIterator<unknown>, time: number): Frame {
    const frame = new Frame(op, 'expansion', NO_ITEMS, undefined, undefined, iterator)
    frame.time = time
    return frame
  }

  static restored({ op, role, items, times, time, cause, wasUsed }: FrameSnapshot): Frame {
    return Object.assign(Frame.window(op, role, items, times), { time, cause, wasUsed })
  }

  /** What is left of a window. */
  save(): FrameSnapshot {
    const { op, role, items, times, at, to, time, cause, wasUsed } = this
    return { op, role, items: items.slice(at, to), times: times?.slice(at, to), time, cause, wasUsed }
  }

  /** Nothing is left. */
  get isSpent(): boolean {
    return this.at >= this.to
  }
}

const NO_ITEMS: readonly unknown[] = []

/** Whether a value can be iterated. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function'
}

/** Whether a value can be iterated asynchronously. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] ===
    'function'
  )
}
