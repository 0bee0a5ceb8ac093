/**
 * `Exchange`: one request under way, from its first byte to the last one of its answer. Made by `RequestDesk`. It is answered
 * exactly once, or its client goes away; and it ends in any case: its time is limited.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@millrace/core'
import { readBody, send, turnAway } from './body.ts'
import { type EncodedReply, encodeReply, type HttpReply } from './messages.ts'
import { onSocketClose } from './on-socket-close.ts'

/**
 * Where a request is: its body comes, it waits for the graph or for its turn in what the source has read ahead, the graph
 * has it, its answer is being written.
 */
type ExchangeState = 'reading' | 'queued' | 'given' | 'answered'

/** How an exchange ended that the graph has not answered. */
export type ExchangeFailure = 'tooLarge' | 'timedOut' | 'gone'

/** What an exchange reports to. */
export interface ExchangeHost {
  readonly clock: Clock
  readonly maxBodyBytes: number
  readonly timeoutMs: number
  /** Connections are to be closed behind their answers. */
  readonly isDraining: boolean
  /** The body is there. */
  onRead(exchange: Exchange, body: Buffer): void
  /** It will not be answered by the graph. */
  onFailed(exchange: Exchange, failure: ExchangeFailure): void
  /** All is written, or the client has gone. */
  onClosed(exchange: Exchange): void
}

const TOO_LARGE: HttpReply = { status: 413, body: 'The body is too large.\n' }
const SLOW_BODY: HttpReply = { status: 408, body: 'The body did not come in time.\n' }
const NO_ANSWER: HttpReply = { status: 504, body: 'There was no answer in time.\n' }

/** One request and its answer. */
export class Exchange {
  /** Its place among those that were read; -1 before. */
  number = -1
  readonly request: IncomingMessage
  readonly #response: ServerResponse
  readonly #host: ExchangeHost
  #state: ExchangeState = 'reading'
  #cancelTimer: () => void
  readonly #forgetSocket: () => void
  #isClosed = false

  constructor(request: IncomingMessage, response: ServerResponse, host: ExchangeHost) {
    this.request = request
    this.#response = response
    this.#host = host
    this.#cancelTimer = host.clock.after(host.timeoutMs, () => this.#onTime())
    response.on('close', () => this.#onClose())
    this.#forgetSocket = onSocketClose(request.socket, () => this.#onClose())
    // what fails is closed as well
    response.on('error', () => undefined)
    request.on('error', () => undefined)
  }

  /** Begins to read the body. */
  read(): void {
    readBody(
      this.request,
      this.#host.maxBodyBytes,
      (body) => {
        if (this.#state === 'reading') this.#host.onRead(this, body)
      },
      () => {
        if (this.#state !== 'reading') return
        this.#host.onFailed(this, 'tooLarge')
        this.#turnAway(TOO_LARGE)
      },
    )
  }

  get isOpen(): boolean {
    return this.#state !== 'answered'
  }

  /** The graph has it. */
  get isGiven(): boolean {
    return this.#state === 'given'
  }

  /** It waits for the graph, or the graph has got it. */
  move(state: 'queued' | 'given'): void {
    this.#state = state
  }

  /** Answers it. @throws {BadInputError} for an answer that cannot be sent; the client is told 500. */
  answer(reply: HttpReply): void {
    if (!this.isOpen) return
    if (this.#state === 'reading') {
      this.#turnAway(reply)
      return
    }
    this.#state = 'answered'
    try {
      this.#send(encodeReply(reply))
    } catch (error) {
      this.#send(encodeReply({ status: 500, body: 'The answer is faulty.\n' }))
      throw error
    }
  }

  #send(reply: EncodedReply): void {
    send(this.#response, reply, this.#host.isDraining)
  }

  #turnAway(reply: HttpReply): void {
    this.#state = 'answered'
    turnAway(this.request, this.#response, encodeReply(reply))
  }

  #onTime(): void {
    // the client does not read its answer, or the one before it
    if (!this.isOpen) {
      this.request.socket.destroy()
      return
    }
    this.#host.onFailed(this, 'timedOut')
    this.answer(this.#state === 'reading' ? SLOW_BODY : NO_ANSWER)
    this.#cancelTimer = this.#host.clock.after(this.#host.timeoutMs, () => this.request.socket.destroy())
  }

  #onClose(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#forgetSocket()
    this.#cancelTimer()
    if (this.isOpen) {
      this.#host.onFailed(this, 'gone')
      this.#state = 'answered'
    }
    this.#host.onClosed(this)
  }
}
