/**
 * `SocketLink`: the WebSocket of one run. It connects, looks whether the other side still answers, and connects again. Made
 * by `webSocket`, for each run; source and sink share it.
 */

import { BadInputError, type Clock } from '@millrace/core'
import { shownUrl } from '@millrace/core/http'
import type WebSocket from 'ws'
import { ConnectionDeniedError } from '../../errors.ts'
import { loadClient } from '../../support/load-client.ts'
import { type ReconnectOptions, Retries } from '../../support/reconnect.ts'
import { denied, explainHttp } from './explain.ts'

/** A message: text, or bytes. */
export type SocketMessage = string | Uint8Array

/** All that a link goes by. */
export interface LinkPlan {
  readonly url: URL
  readonly protocols: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly pingMs: number
  readonly prefetch: number
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly ca: string | undefined
  readonly reconnect: Required<ReconnectOptions>
}

/** The other side has said that nothing follows. */
const NORMAL_CLOSURE = 1000
const CLOSE_MS = 1000

/** One connection after the other. */
export class SocketLink {
  readonly #plan: LinkPlan
  readonly #clock: Clock
  readonly #retries: Retries
  /** What has come and nobody has taken. */
  readonly #held: SocketMessage[] = []
  #socket: WebSocket | undefined
  #connecting: Promise<void> | undefined
  #cancelPing: () => void = () => undefined
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined
  /** The other side has ended the stream, or this one needs no more. */
  #hasEnded = false
  #isOver = false

  constructor(plan: LinkPlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    const server = shownUrl(plan.url)
    this.#retries = new Retries(server, plan.reconnect, clock, (error) => explainHttp(server, error))
  }

  /** Resolves once there is a connection. @throws what no further try would mend. */
  connect(): Promise<void> {
    if (this.#socket !== undefined) return Promise.resolve()
    this.#connecting ??= this.#retries
      .call(
        () => this.#open(),
        () => this.#isOver,
      )
      .finally(() => {
        this.#connecting = undefined
      })
    return this.#connecting
  }

  async #open(): Promise<void> {
    const { url, protocols, headers, maxMessageBytes, ca } = this.#plan
    const { WebSocket: Socket } = await loadClient('http', 'ws', () => import('ws'))
    const socket = new Socket(url, [...protocols], {
      headers: { ...headers },
      maxPayload: maxMessageBytes,
      ...(ca === undefined ? {} : { ca }),
    })
    socket.on('error', (error) => this.#onError(error))
    socket.on('close', (code, reason) => this.#onClose(socket, code, reason.toString()))
    socket.on('message', (data, isBinary) => this.#onMessage(socket, data as Buffer, isBinary))
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => {
        // at once: what came together with the answer is told before any promise goes on
        this.#socket = socket
        this.#watch(socket)
        if (this.#isOver) socket.terminate()
        resolve()
      })
      socket.once('error', reject)
      socket.once('unexpected-response', (_request, response) => {
        const { statusCode = 0 } = response
        response.destroy()
        const isForGood = statusCode < 500 && ![408, 425, 429].includes(statusCode)
        reject(
          isForGood
            ? denied(shownUrl(url), statusCode)
            : new Error(`the answer has the status ${statusCode}`),
        )
        socket.terminate()
      })
    })
  }

  /** Asks the other side for a sign of life again and again; without one, the connection counts as lost. */
  #watch(socket: WebSocket): void {
    let isAlive = true
    const alive = (): void => {
      isAlive = true
    }
    socket.on('pong', alive).on('message', alive)
    const beat = (): void => {
      this.#cancelPing = this.#clock.after(this.#plan.pingMs, () => {
        // a socket that is held back reads no pong either
        if (!isAlive && !socket.isPaused) {
          socket.terminate()
          return
        }
        isAlive = false
        if (socket.readyState === socket.OPEN) socket.ping()
        beat()
      })
    }
    beat()
  }

  #onMessage(socket: WebSocket, data: Buffer, isBinary: boolean): void {
    this.#held.push(isBinary ? new Uint8Array(data) : data.toString())
    if (this.#held.length >= this.#plan.prefetch) socket.pause()
    this.#look()
  }

  /** A message that is too long will be so each time. What else goes wrong ends in `close`. */
  #onError(error: Error): void {
    if ((error as NodeJS.ErrnoException).code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return
    this.#failure ??= {
      error: new BadInputError(
        `${shownUrl(this.#plan.url)} sends a message of more than ${this.#plan.maxMessageBytes} bytes. Raise maxMessageBytes ` +
          'if that is right.',
        { cause: error },
      ),
    }
    this.#look()
  }

  #onClose(socket: WebSocket, code: number, reason: string): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#cancelPing()
    if (code === NORMAL_CLOSURE) this.#hasEnded = true
    if (code === 1008) {
      this.#failure ??= {
        error: new ConnectionDeniedError(
          shownUrl(this.#plan.url),
          'It closed the connection for breaking its rules (1008).',
          new BadInputError(reason === '' ? 'it gives no reason' : reason),
        ),
      }
    }
    this.#look()
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** What has come, at least one message; `undefined` once nothing follows. Connects again if need be. */
  async take(): Promise<SocketMessage[] | undefined> {
    for (;;) {
      if (this.#held.length > 0) {
        const messages = this.#held.splice(0)
        this.#socket?.resume()
        return messages
      }
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#hasEnded || this.#isOver) return undefined
      if (this.#socket === undefined) await this.connect()
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  /** Sends a message; resolves when there is room for another one. Connects again if need be. */
  async send(message: SocketMessage): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      await this.connect()
      const socket = this.#socket
      if (this.#isOver) return
      if (socket === undefined) continue
      if (socket.readyState !== socket.OPEN) {
        await new Promise((resolve) => void socket.once('close', resolve))
        continue
      }
      const sent = new Promise<boolean>((resolve) => {
        socket.send(message, (error) => resolve(error === undefined || error === null))
      })
      if (socket.bufferedAmount < this.#plan.maxBufferedBytes || (await sent)) return
    }
  }

  /** Nobody needs more messages. */
  stop(): void {
    this.#hasEnded = true
    this.#socket?.resume()
    this.#look()
  }

  /** Closes the connection in good order, and cuts it if the other side does not answer. */
  async close(): Promise<void> {
    this.#isOver = true
    this.#retries.end()
    this.#cancelPing()
    this.#look()
    await this.#connecting?.catch(() => undefined)
    const socket = this.#socket
    if (socket === undefined) return
    this.#socket = undefined
    this.#cancelPing()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.terminate(), CLOSE_MS)
      socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      socket.resume()
      socket.close(NORMAL_CLOSURE)
    })
  }
}
