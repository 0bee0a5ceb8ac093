/** `toWritable`: a sink that writes to a Node stream or a web stream. */

import type { Writable } from 'node:stream'
import type { WritableStream } from 'node:stream/web'
import { type Awaitable, type Context, InvalidOptionError, SinkTerm } from '@millrace/core'
import { checkBoolean, checkOptions } from '../check.ts'
import type { ChunkWriter } from './chunk-writer.ts'
import { NodeWriter } from './node-writer.ts'
import { WebWriter } from './web-writer.ts'

/** A stream that {@link toWritable} can write to: Node's, in object mode or not, or a web stream. */
export type AnyWritable<Chunk = unknown> = Writable | WritableStream<Chunk>

/** A stream, or a function that opens one, at once or later. */
export type WritableTarget<Chunk = unknown> = AnyWritable<Chunk> | (() => Awaitable<AnyWritable<Chunk>>)

/** Options of {@link toWritable}. */
export interface ToWritableOptions {
  /**
   * Whether the stream is the run's: ended after the last item, destroyed after a failure. Default true,
   * except for `process.stdout` and `process.stderr`.
   */
  readonly end?: boolean
}

/**
 * Writes each item to a stream: a Node `Writable` (also in object mode), a web `WritableStream`, or what a
 * function opens when the run begins. The result is the number of items.
 *
 * While the stream is full, the sink waits for it and the terms before it are held back. The run is done when
 * the stream has finished. Its errors end the run with a `TermError` whose `cause` is the original. After a
 * failure or a cancel the stream is destroyed (aborted). With `end: false` it is left open either way. It
 * stays on the caller's thread under every scheduler. Keeps the order.
 *
 * @throws {InvalidOptionError} if `writable` is no stream and no function. A text with half a character (a lone surrogate)
 * fails the run with a `BadInputError`, unless the stream is one of objects.
 *
 * @example
 * ```ts
 * import { Writable } from 'node:stream'
 * import { run } from 'millrace'
 * import { fromIterable, toWritable } from 'millrace/terms'
 *
 * const written: string[] = []
 * const stream = new Writable({
 *   write(chunk, _encoding, done) {
 *     written.push(String(chunk))
 *     done()
 *   },
 * })
 * await run(fromIterable(['a', 'b']).pipe(toWritable(stream))).done
 * console.log(written, stream.writableFinished) // [ 'a', 'b' ] true
 * ```
 */
export function toWritable<Item>(
  writable: WritableTarget<Item>,
  options: ToWritableOptions = {},
): SinkTerm<Item, number, number> {
  checkOptions('toWritable', options, { end: true })
  const { end = writable !== process.stdout && writable !== process.stderr } = options
  checkBoolean('end of toWritable()', end)
  if (typeof writable !== 'function' && !isNodeWritable(writable) && !isWebWritable(writable)) {
    throw new InvalidOptionError('The argument of toWritable()', writable, 'a writable stream, or a function')
  }
  return new ToWritable(writable, end).local()
}

class ToWritable<Item> extends SinkTerm<Item, number, number> {
  override name = 'toWritable'
  readonly #target: WritableTarget<Item>
  readonly #end: boolean
  /** One writer per run: the same term may be in several at once. */
  readonly #writers = new WeakMap<object, ChunkWriter>()

  constructor(target: WritableTarget<Item>, end: boolean) {
    super()
    this.#target = target
    this.#end = end
  }

  override initialState(): number {
    return 0
  }

  override async enter(ctx: Context<number, never>): Promise<void> {
    const target = this.#target
    const stream: unknown = typeof target === 'function' ? await target() : target
    this.#writers.set(ctx, openWriter(stream))
  }

  override write(item: Item, ctx: Context<number, never>): Awaitable<void> {
    ctx.state++
    return this.#writers.get(ctx)?.write(item)
  }

  override async result(ctx: Context<number, never>): Promise<number> {
    await this.#writers.get(ctx)?.finish(this.#end)
    this.#writers.delete(ctx)
    return ctx.state
  }

  override exit(ctx: Context<number, never>): void {
    this.#writers.get(ctx)?.abandon(this.#end, ctx.signal.reason)
    this.#writers.delete(ctx)
  }
}

function openWriter(stream: unknown): ChunkWriter {
  if (isNodeWritable(stream)) return new NodeWriter(stream)
  if (isWebWritable(stream)) return new WebWriter(stream)
  throw new InvalidOptionError('What the function of toWritable() returns', stream, 'a writable stream')
}

function isNodeWritable(value: unknown): value is Writable {
  const stream = value as Partial<Writable> | null | undefined
  return typeof stream === 'object' && typeof stream?.on === 'function' && typeof stream.write === 'function'
}

function isWebWritable(value: unknown): value is WritableStream<unknown> {
  const stream = value as Partial<WritableStream<unknown>> | null | undefined
  return typeof stream === 'object' && typeof stream?.getWriter === 'function'
}
