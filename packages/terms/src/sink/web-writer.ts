/** `WebWriter`: writes to a web stream. Called by `toWritable`. */

import type { WritableStream, WritableStreamDefaultWriter } from 'node:stream/web'
import { WrongStateError } from '@millrace/core'
import type { ChunkWriter } from './chunk-writer.ts'

/** Waits for `ready` where the stream is full. Holds the stream's lock until the end. */
export class WebWriter implements ChunkWriter {
  readonly #writer: WritableStreamDefaultWriter<unknown>
  #last: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined

  constructor(stream: WritableStream<unknown>) {
    if (stream.locked) {
      throw new WrongStateError(
        'The stream of toWritable() is locked: something else writes to it. ' +
          'Give toWritable() a function that opens it, if it is to run more than once.',
      )
    }
    this.#writer = stream.getWriter()
    this.#writer.closed.catch(this.#onError)
  }

  write(chunk: unknown): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    const writer = this.#writer
    this.#last = writer.write(chunk).catch(this.#onError)
    const room = writer.desiredSize
    if (room === null || room <= 0) return writer.ready
  }

  async finish(end: boolean): Promise<void> {
    await this.#last
    if (this.#failure !== undefined) throw this.#failure.error
    if (end) await this.#writer.close()
    this.#writer.releaseLock()
  }

  abandon(destroy: boolean, reason: unknown): void {
    this.#writer.ready.catch(ignore)
    if (destroy) this.#writer.abort(reason).catch(ignore)
    this.#writer.releaseLock()
  }

  readonly #onError = (error: unknown): void => {
    this.#failure ??= { error }
  }
}

function ignore(): void {}
