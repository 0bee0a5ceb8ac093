/** `fromReadable`: a source of the chunks of a Node stream or a web stream. */

import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { StringDecoder } from 'node:string_decoder'
import {
  type Awaitable,
  BadInputError,
  BatchSourceTerm,
  type Context,
  describe,
  InvalidOptionError,
} from '@millrace/core'
import { checkEncoding, checkOptions } from '../check.ts'
import type { ChunkReader } from './chunk-reader.ts'
import { NodeReader } from './node-reader.ts'
import { checkOf, type Utf8Check } from './text-chunks.ts'
import { WebReader } from './web-reader.ts'

/** A stream that {@link fromReadable} can read: Node's, in object mode or not, or a web stream. */
export type AnyReadable<Chunk = unknown> = Readable | ReadableStream<Chunk>

/** A stream, or a function that opens one, at once or later. */
export type ReadableOrigin<Chunk = unknown> = AnyReadable<Chunk> | (() => Awaitable<AnyReadable<Chunk>>)

/** Options of {@link fromReadable}. */
export interface FromReadableOptions {
  /** Decodes chunks of bytes to strings, characters that span chunks included. Default: bytes stay bytes. */
  readonly encoding?: BufferEncoding
}

/**
 * A source of the chunks of a stream: a Node `Readable` (also in object mode), a web `ReadableStream`, or
 * what a function opens when the run begins.
 *
 * Chunks stay as they are; with `encoding`, bytes become strings. The stream is read only while there is room
 * downstream, and destroyed (cancelled) when the run stops, fails or needs no more. Its errors end the run
 * with a `TermError` whose `cause` is the original; a stream that closes before its end fails, it does not
 * seem complete. A stream can be read once: give the function that opens it if the term is to run more than
 * once. A stream handed over open pins the term to the caller's thread. Keeps the order.
 *
 * @throws {InvalidOptionError} if `readable` is no stream and no function, or `encoding` is unknown. With `utf8`, bytes
 * that are no UTF-8 fail the run with a `BadInputError`; `latin1` takes any.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream'
 * import { fromReadable, toArray } from 'millrace/terms'
 *
 * const bytes = () => Readable.from([Buffer.from([0xc3]), Buffer.from([0xa9, 0x21])])
 * console.log(await toArray(fromReadable(bytes, { encoding: 'utf8' }))) // [ 'é!' ]
 * ```
 */
export function fromReadable(
  readable: ReadableOrigin,
  options: FromReadableOptions & { readonly encoding: BufferEncoding },
): BatchSourceTerm<string>
export function fromReadable<Chunk>(
  readable: ReadableOrigin<Chunk>,
  options?: FromReadableOptions,
): BatchSourceTerm<Chunk>
export function fromReadable(
  readable: ReadableOrigin,
  options: FromReadableOptions = {},
): BatchSourceTerm<unknown> {
  checkOptions('fromReadable', options, { encoding: true })
  if (typeof readable !== 'function' && !isNodeReadable(readable) && !isWebReadable(readable)) {
    throw new InvalidOptionError(
      'The argument of fromReadable()',
      readable,
      'a readable stream, or a function',
    )
  }
  if (options.encoding !== undefined) checkEncoding('encoding of fromReadable()', options.encoding)
  const term = new FromReadable(readable, options.encoding)
  return typeof readable === 'function' ? term : term.local()
}

class FromReadable extends BatchSourceTerm<unknown> {
  override name = 'fromReadable'
  readonly #origin: ReadableOrigin
  readonly #encoding: BufferEncoding | undefined

  constructor(origin: ReadableOrigin, encoding: BufferEncoding | undefined) {
    super()
    this.#origin = origin
    this.#encoding = encoding
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly unknown[]> {
    return new Reading(() => openReader(this.#origin), this.#encoding, ctx.signal)
  }
}

async function openReader(origin: ReadableOrigin): Promise<ChunkReader> {
  const stream: unknown = typeof origin === 'function' ? await origin() : origin
  if (isNodeReadable(stream)) return new NodeReader(stream)
  if (isWebReadable(stream)) return new WebReader(stream)
  throw new InvalidOptionError('What the function of fromReadable() returns', stream, 'a readable stream')
}

/**
 * One run's reading. Not a generator: a generator in the middle of a `next` answers `return` only when that
 * settles, and a stream that idles may never let it.
 */
class Reading implements AsyncIterableIterator<readonly unknown[]> {
  readonly #open: () => Promise<ChunkReader>
  readonly #decoder: StringDecoder | undefined
  readonly #check: Utf8Check | undefined
  readonly #signal: AbortSignal
  #reader: Promise<ChunkReader> | undefined
  #ended = false

  constructor(open: () => Promise<ChunkReader>, encoding: BufferEncoding | undefined, signal: AbortSignal) {
    this.#open = open
    this.#decoder = encoding === undefined ? undefined : new StringDecoder(encoding)
    this.#check = checkOf(encoding, 'The stream of fromReadable()')
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<readonly unknown[]>> {
    if (this.#ended) return { done: true, value: undefined }
    try {
      if (this.#reader === undefined) {
        this.#reader = this.#open()
        this.#signal.addEventListener('abort', this.#close)
      }
      const reader = await this.#reader
      const chunks = await reader.read()
      if (chunks !== undefined) return { done: false, value: this.#decode(chunks) }
      if (!this.#ended) this.#check?.end()
    } catch (error) {
      this.#close()
      throw error
    }
    const rest = this.#ended ? '' : (this.#decoder?.end() ?? '')
    this.#close()
    return rest === '' ? { done: true, value: undefined } : { done: false, value: [rest] }
  }

  async return(): Promise<IteratorResult<readonly unknown[]>> {
    this.#close()
    return { done: true, value: undefined }
  }

  readonly #close = (): void => {
    if (this.#ended) return
    this.#ended = true
    this.#signal.removeEventListener('abort', this.#close)
    this.#reader?.then(
      (reader) => reader.close(),
      () => undefined, // it could not be opened, which `next` has told
    )
  }

  #decode(chunks: readonly unknown[]): readonly unknown[] {
    const decoder = this.#decoder
    if (decoder === undefined) return chunks
    const texts: string[] = []
    for (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? undefined : bytesOf(chunk)
      if (bytes !== undefined) this.#check?.push(bytes)
      const text = bytes === undefined ? (chunk as string) : decoder.write(bytes)
      if (text !== '') texts.push(text)
    }
    return texts
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new BadInputError(
    `fromReadable() has an encoding, but the stream gave ${describe(chunk)}, which is neither bytes nor text.`,
  )
}

function isNodeReadable(value: unknown): value is Readable {
  const stream = value as Partial<Readable> | null | undefined
  return typeof stream === 'object' && typeof stream?.on === 'function' && typeof stream.resume === 'function'
}

function isWebReadable(value: unknown): value is ReadableStream<unknown> {
  const stream = value as Partial<ReadableStream<unknown>> | null | undefined
  return typeof stream === 'object' && typeof stream?.getReader === 'function'
}
