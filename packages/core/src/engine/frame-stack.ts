/**
 * `FrameStack`: the frames of one fused stage, newest on top, with the book-keeping of what they hold.
 *
 * Called by `FusedStage`. What a call emitted lies above what it returned, and both above older frames: so order
 * is kept whatever is worked off in between.
 */

import type { KernelKind } from '../contracts.ts'
import { BadInputError, describe, TermError } from '../errors.ts'
import type { CleanUp } from './clean-up.ts'
import type { NodeContext } from './context.ts'
import { Frame, type FrameRole, type FrameSnapshot, isAsyncIterable, isIterable } from './frame.ts'
import type { NodeRecord } from './node-record.ts'
import type { SourceTrack } from './source-track.ts'

/** What a stack reports: a failure in op `op` while `phase`, on `item`; of a call made before so many `attempts`. */
type OnFailed = (error: unknown, phase: string, op: number, item: unknown, attempts?: number) => void

/** The frames of a stage. */
export class FrameStack {
  /** Newest last. */
  readonly #frames: Frame[] = []
  readonly #contexts: readonly NodeContext[]
  readonly #records: readonly NodeRecord[]
  readonly #onFailed: OnFailed
  readonly #cleanUp: () => CleanUp
  /** The `next` under way, and the frame whose it is. */
  inNext: { readonly frame: Frame; readonly step: PromiseLike<unknown> } | undefined
  /** Items of input frames that were let go before a node saw them. */
  leftover = 0

  constructor(
    contexts: readonly NodeContext[],
    records: readonly NodeRecord[],
    onFailed: OnFailed,
    cleanUp: () => CleanUp,
  ) {
    this.#cleanUp = cleanUp
    this.#contexts = contexts
    this.#records = records
    this.#onFailed = onFailed
  }

  get size(): number {
    return this.#frames.length
  }

  get top(): Frame | undefined {
    return this.#frames[this.#frames.length - 1]
  }

  add(frame: Frame): void {
    this.#frames.push(frame)
  }

  /** Puts a frame below all others: a source's items come after what `enter` emitted. */
  addBelow(frame: Frame): void {
    this.#frames.unshift(frame)
  }

  /** Adds outputs of op `op`. */
  push(op: number, items: readonly unknown[], role: FrameRole, time: number): void {
    const frame = Frame.window(op + 1, role, items)
    frame.time = time
    this.#frames.push(frame)
  }

  /** Adds what the context of op `op` holds, if anything. Returns whether it did. */
  pushPending(op: number, role: FrameRole, time: number): boolean {
    const ctx = this.#contexts[op] as NodeContext
    if (ctx.pending === null) return false
    this.push(op, ctx.pending, role, time)
    ctx.pending = null
    return true
  }

  /** Adds the rest of an opened array, from `at`. */
  save(op: number, items: readonly unknown[], at: number, wasUsed: boolean, time: number): void {
    const frame = Frame.window(op + 1, 'expansion', items)
    frame.at = at
    frame.time = time
    frame.wasUsed = wasUsed
    if (frame.isSpent) this.drop(frame)
    else this.#frames.push(frame)
  }

  /** Adds what op `op` gave for `item`: an iterable of any kind. Anything else is reported as a failure: `false`. */
  expand(op: number, value: unknown, item: unknown, time: number, attempts = 0): boolean {
    try {
      if (Array.isArray(value)) {
        this.save(op, value, 0, false, time)
        return true
      }
      const frame = isIterable(value)
        ? Frame.iterator(op + 1, 'expansion', value[Symbol.iterator](), time)
        : isAsyncIterable(value)
          ? Frame.asyncExpansion(op + 1, value[Symbol.asyncIterator](), time)
          : undefined
      if (frame === undefined) {
        throw new BadInputError(
          `A flatMap must give an iterable, but gave ${describe(value)}. Return [] to give nothing.`,
        )
      }
      frame.cause = item
      frame.attempts = attempts
      this.#frames.push(frame)
      return true
    } catch (error) {
      this.#onFailed(error, 'item', op, item, attempts)
      return false
    }
  }

  /** Adds what op `op` gave for `item`. What it emitted through its context comes before what it returned. */
  settle(
    kind: KernelKind | undefined,
    op: number,
    value: unknown,
    item: unknown,
    time: number,
    attempts?: number,
  ): void {
    const ctx = this.#contexts[op] as NodeContext
    const emitted = ctx.pending
    ctx.pending = null
    if (kind === 'flatMap' || kind === 'expand') {
      if (!this.expand(op, value, item, time, attempts)) return
    } else if (kind === 'tap') this.push(op, [item], 'result', time)
    else if (kind === 'filter') {
      if (value) this.push(op, [item], 'result', time)
    } else if (kind !== 'sink' && value !== undefined) this.push(op, [value], 'result', time)
    if (emitted !== null) this.push(op, emitted, 'extra', time)
  }

  /** Adds an item that op `op` is to be called with again, after so many calls. */
  retry(op: number, item: unknown, attempts: number, time: number): void {
    const frame = Frame.window(op, 'retry', [item])
    frame.time = time
    frame.attempts = attempts
    this.#frames.push(frame)
  }

  /** Takes one step of an iterator that no loop has taken: what was emitted comes before what was yielded. */
  step(frame: Frame, { done, value }: IteratorResult<unknown>, time: number): void {
    const op = frame.op - 1
    const ctx = this.#contexts[op] as NodeContext
    const emitted = ctx.pending
    ctx.pending = null
    if (done === true) frame.to = 0
    else if (value !== undefined) {
      this.push(op, [value], 'result', time)
      const result = this.top as Frame
      result.isFirst = !frame.wasUsed
      frame.wasUsed = true
    }
    if (emitted !== null) this.push(op, emitted, 'extra', time)
  }

  /** Books `count` items that entered the chain from a frame of outputs. */
  count(frame: Frame, count: number): void {
    const record = this.#records[frame.op - 1] as NodeRecord
    if (frame.role === 'born') record.born += count
    else if (frame.role === 'extra') record.extra += count
    if (count > 0) frame.wasUsed = true
  }

  /** Whether all frames but the source's own are windows, which can be saved. */
  isSettledBut(track: SourceTrack | undefined): boolean {
    return this.#frames.every(
      (frame) => (frame.iterator ?? frame.asyncIterator) === undefined || track?.covers(frame) === true,
    )
  }

  /** The frames but the source's own, as plain data. */
  saveBut(track: SourceTrack | undefined): FrameSnapshot[] {
    return this.#frames.filter((frame) => track?.covers(frame) !== true).map((frame) => frame.save())
  }

  /** Removes a frame that is spent; others may lie above it. */
  drop(frame: Frame): void {
    const at = this.#frames.lastIndexOf(frame)
    if (at >= 0) this.#frames.splice(at, 1)
    this.#bookEmpty(frame)
  }

  /** Lets go of the frames that enter in front of op `op` or earlier. */
  closeUpTo(op: number): void {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const frame = this.#frames[i] as Frame
      if (frame.op > op) continue
      this.#frames.splice(i, 1)
      this.#close(frame)
    }
  }

  /** Lets go of all frames. */
  closeAll(): void {
    for (const frame of this.#frames.splice(0)) this.#close(frame)
  }

  #close(frame: Frame): void {
    this.#bookEmpty(frame)
    if (frame.role === 'input' && frame.iterator === undefined) this.leftover += frame.to - frame.at
    // the expansion had given it to this stack, and nobody got it
    if (frame.isFirst && !frame.isSpent) (this.#records[frame.op - 1] as NodeRecord).empty++
    if (frame.isSpent) return
    const iterator = frame.iterator ?? frame.asyncIterator
    if (iterator === undefined) return
    const { id } = this.#contexts[Math.max(0, frame.op - 1)] as NodeContext
    const phase = frame.role === 'input' ? 'generate' : 'item'
    const toError = (error: unknown): TermError => new TermError(id, phase, error, frame.cause)
    const next = this.inNext?.frame === frame ? this.inNext.step : undefined
    this.#cleanUp().letGo(iterator, next, toError)
  }

  #bookEmpty(frame: Frame): void {
    if (frame.role === 'expansion' && !frame.wasUsed && !frame.hasFailed)
      (this.#records[frame.op - 1] as NodeRecord).empty++
  }
}
