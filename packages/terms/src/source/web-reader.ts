/** `WebReader`: reads a web stream chunk by chunk. Called by `fromReadable`. */

import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web'
import { WrongStateError } from '@millrace/core'
import type { ChunkReader } from './chunk-reader.ts'

/** Holds the stream's lock until it is closed or has ended. */
export class WebReader implements ChunkReader {
  readonly #reader: ReadableStreamDefaultReader<unknown>
  #closed = false

  constructor(stream: ReadableStream<unknown>) {
    if (stream.locked) {
      throw new WrongStateError(
        'The stream of fromReadable() is locked: something else reads it, or an earlier run has. ' +
          'Give fromReadable() a function that opens it, if it is to run more than once.',
      )
    }
    this.#reader = stream.getReader()
  }

  async read(): Promise<readonly unknown[] | undefined> {
    const { done, value } = await this.#reader.read()
    return done || this.#closed ? undefined : [value]
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // a stream that has failed rejects here with the error that `read` has told already
    this.#reader.cancel().catch(() => undefined)
  }
}
