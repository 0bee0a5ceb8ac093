/** `NodeReader`: reads a Node stream chunk by chunk. Called by `fromReadable`. */

import type { Readable } from 'node:stream'
import { BadInputError, WrongStateError } from '@millrace/core'
import type { ChunkReader } from './chunk-reader.ts'

/** Chunks and bytes gathered at most before the stream is paused. */
const MAX_CHUNKS = 256
const MAX_BYTES = 256 * 1024

/**
 * Lets the stream flow only while a read waits. `data` events keep the chunks as they were pushed; `read()`
 * would join them by how they happened to arrive.
 */
export class NodeReader implements ChunkReader {
  readonly #stream: Readable
  #chunks: unknown[] = []
  #bytes = 0
  #ended = false
  #closed = false
  #failure: { readonly error: unknown } | undefined
  /** Set while a read waits. */
  #wake: (() => void) | undefined

  constructor(stream: Readable) {
    if (stream.errored) throw stream.errored
    if (stream.readableEnded || stream.destroyed) {
      throw new WrongStateError(
        'The stream of fromReadable() was read to its end or closed before the run began. ' +
          'Give fromReadable() a function that opens it, if it is to run more than once.',
      )
    }
    this.#stream = stream
    stream
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose)
    stream.pause()
  }

  async read(): Promise<readonly unknown[] | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#ended || this.#closed) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#stream.resume()
      })
    }
    this.#stream.pause()
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    return chunks
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#chunks = []
    const stream = this.#stream
    stream
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose)
    if (!stream.closed) {
      // what a stream says while it is being thrown away concerns nobody, but unheard it would end the process
      stream.on('error', ignore).once('close', () => stream.off('error', ignore))
      stream.destroy()
    }
    this.#rouse()
  }

  #rouse(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  readonly #onData = (chunk: unknown): void => {
    this.#chunks.push(chunk)
    this.#bytes += typeof chunk === 'string' || ArrayBuffer.isView(chunk) ? lengthOf(chunk) : 0
    if (this.#chunks.length >= MAX_CHUNKS || this.#bytes >= MAX_BYTES) this.#stream.pause()
    this.#rouse()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#rouse()
  }

  readonly #onError = (error: unknown): void => {
    this.#failure ??= { error }
    this.#rouse()
  }

  readonly #onClose = (): void => {
    if (!this.#ended) {
      const { errored } = this.#stream
      this.#failure ??= {
        error: errored ?? new BadInputError('The stream of fromReadable() was closed before its end.'),
      }
    }
    this.#rouse()
  }
}

function lengthOf(chunk: string | ArrayBufferView): number {
  return typeof chunk === 'string' ? chunk.length : chunk.byteLength
}

function ignore(): void {}
