/** `NodeWriter`: writes to a Node stream. Called by `toWritable`. */

import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { WrongStateError } from '@millrace/core'
import { checkWellFormed } from '../format/well-formed.ts'
import type { ChunkWriter } from './chunk-writer.ts'

/** Waits for `drain` where the stream is full, and turns its errors into failures of whatever waits. */
export class NodeWriter implements ChunkWriter {
  readonly #stream: Writable
  readonly #makesRoom: boolean
  /** Whether it listens to the stream. */
  #holds = true
  /** Chunks whose write has not been confirmed. */
  #pending = 0
  #failure: { readonly error: unknown } | undefined
  /** Settles what waits for room, for confirmation or for the end. */
  #wake: (() => void) | undefined

  constructor(stream: Writable) {
    if (stream.errored) throw stream.errored
    if (stream.destroyed || stream.writableEnded) {
      throw new WrongStateError(
        'The stream of toWritable() was ended or destroyed before the run began. ' +
          'Give toWritable() a function that opens it, if it is to run more than once.',
      )
    }
    this.#stream = stream
    // any number of sinks may share a stream: without room for each, Node would warn of a leak
    this.#makesRoom = stream.getMaxListeners() > 0
    if (this.#makesRoom) stream.setMaxListeners(stream.getMaxListeners() + 1)
    stream.on('drain', this.#rouse).on('error', this.#onError).on('close', this.#onClose)
  }

  write(chunk: unknown): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    // a stream of objects gets the very text; any other makes bytes of it
    if (typeof chunk === 'string' && !this.#stream.writableObjectMode) {
      checkWellFormed('An item of a stream of bytes', chunk)
    }
    this.#pending++
    if (!this.#stream.write(chunk, this.#onWritten)) return this.#until(() => !this.#stream.writableNeedDrain)
  }

  async finish(end: boolean): Promise<void> {
    await this.#until(() => this.#pending === 0)
    this.#letGo()
    if (!end) return
    // also waits for `close` where there will be one: a file is complete only then
    const done = finished(this.#stream, { readable: false, cleanup: true })
    this.#stream.end()
    await done
  }

  abandon(destroy: boolean, reason: unknown): void {
    this.#letGo()
    const stream = this.#stream
    if (!destroy || stream.closed) return
    // what a stream says while it is being thrown away concerns nobody, but unheard it would end the process
    stream.on('error', ignore).once('close', () => stream.off('error', ignore))
    stream.destroy(reason instanceof Error ? reason : undefined)
  }

  #letGo(): void {
    const stream = this.#stream
    if (!this.#holds) return
    this.#holds = false
    if (this.#makesRoom) stream.setMaxListeners(Math.max(1, stream.getMaxListeners() - 1))
    stream.off('drain', this.#rouse).off('error', this.#onError).off('close', this.#onClose)
    this.#rouse()
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      if (this.#failure !== undefined) throw this.#failure.error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  readonly #rouse = (): void => {
    this.#wake?.()
    this.#wake = undefined
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (error) this.#failure ??= { error }
    if (--this.#pending === 0) this.#rouse()
  }

  readonly #onError = (error: unknown): void => {
    this.#failure ??= { error }
    this.#rouse()
  }

  readonly #onClose = (): void => {
    this.#failure ??= {
      error:
        this.#stream.errored ??
        new WrongStateError('The stream of toWritable() was closed before everything was written.'),
    }
    this.#rouse()
  }
}

function ignore(): void {}
