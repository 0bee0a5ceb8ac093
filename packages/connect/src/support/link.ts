/** `Link`: a connection that is made when it is needed and made again when it was lost. Made by readers and writers of brokers. */

import { onAbort } from '@millrace/core/engine'
import type { Retries } from './reconnect.ts'

/** How a client of some system is opened and closed. */
export interface Opener<Client> {
  /** Resolves once it can be used. `signal` aborts when nobody waits for it any more. */
  open(signal: AbortSignal): Promise<Client>
  /** Closes it at once; what it has under way fails. Never fails itself. */
  close(client: Client): void | Promise<void>
}

/** One connection at a time. */
export class Link<Client> {
  readonly #opener: Opener<Client>
  readonly #retries: Retries
  readonly #over = new AbortController()
  #opening: Promise<Client> | undefined

  constructor(opener: Opener<Client>, retries: Retries) {
    this.#opener = opener
    this.#retries = retries
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /**
   * Calls `f` with a connection until it goes well. A connection on which something failed is closed: the next try makes
   * another one. Once the link has ended, rejects with what failed last.
   */
  call<T>(f: (client: Client) => Promise<T>): Promise<T> {
    return this.#retries.call(
      async () => {
        if (this.isOver) throw new Error('the connection was closed')
        this.#opening ??= this.#open()
        const opening = this.#opening
        try {
          return await f(await opening)
        } catch (error) {
          await this.#drop(opening)
          throw error
        }
      },
      () => this.isOver,
    )
  }

  /** Nobody waits for a server once the link has ended: what it opens late is closed. */
  async #open(): Promise<Client> {
    const { signal } = this.#over
    const opening = this.#opener.open(signal)
    const client = await orAborted(opening, signal)
    if (client === undefined) {
      void close(this.#opener, opening)
      throw new Error('the connection was closed')
    }
    this.#retries.connected()
    return client
  }

  async #drop(opening: Promise<Client>): Promise<void> {
    if (this.#opening !== opening) return
    this.#opening = undefined
    await close(this.#opener, opening)
  }

  /** Closes the connection; what is under way fails, nothing is tried again. Never fails. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#retries.end()
    if (this.#opening !== undefined) await this.#drop(this.#opening)
  }
}

/** What a promise gives; `undefined` once the signal aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let stopListening = (): void => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stopListening = onAbort(signal, () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopListening()
  }
}

async function close<Client>(opener: Opener<Client>, opening: Promise<Client>): Promise<void> {
  try {
    await opener.close(await opening)
  } catch {
    // one that could not be opened needs no closing
  }
}
