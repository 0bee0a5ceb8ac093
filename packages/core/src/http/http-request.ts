/** `HttpRequest`: one conditional GET, bounded in time and bytes. Made by `httpPoll` of terms and `pages` of connect. */

import { TextDecoder } from 'node:util'
import type { Clock } from '../contracts.ts'
import { BadInputError, messageOf } from '../errors.ts'
import { fetchWithin, shownUrl } from './fetch-within.ts'

/** What requests are made with. */
export interface HttpPlan {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly fetch: typeof fetch
}

/**
 * What came of a request. `failed`: another try makes sense, after `retryAfterMs` at the earliest. `refused`: it does not,
 * because of the status.
 */
export type HttpAnswer =
  | {
      readonly kind: 'text'
      /** The address that has given it, behind all redirections. */
      readonly url: URL
      readonly status: number
      readonly headers: Headers
      readonly text: string
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly cause: unknown; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly status: number; readonly cause: BadInputError }

/** Statuses after which another try makes sense, beside 500 and up. */
const PASSING = [408, 425, 429]
/** What a server wants a client to wait is waited for up to an hour. */
export const MAX_RETRY_AFTER_MS = 3_600_000

/** Whether the same request may be answered otherwise later. */
export function isPassing(status: number): boolean {
  return status >= 500 || PASSING.includes(status)
}

/** Asks for one address again and again, and remembers the version it has got. */
export class HttpRequest {
  readonly #plan: HttpPlan
  #validators: Record<string, string> = {}

  constructor(plan: HttpPlan) {
    this.#plan = plan
  }

  /** The address without what may be secret in it. */
  get shownUrl(): string {
    return shownUrl(this.#plan.url)
  }

  /** @throws {BadInputError} for an answer that is too long, or no text, and for a redirection to another server. */
  async send(clock: Clock, signal: AbortSignal): Promise<HttpAnswer> {
    const { url, headers, timeoutMs, fetch } = this.#plan
    const timeout = new AbortController()
    const cancel = clock.after(timeoutMs, () => timeout.abort())
    try {
      const { response, url: at } = await fetchWithin(fetch, url, {
        headers: { ...headers, ...this.#validators },
        signal: AbortSignal.any([signal, timeout.signal]),
      })
      return await this.#answer(response, at, clock)
    } catch (cause) {
      if (cause instanceof BadInputError || signal.aborted) throw cause
      const shown = timeout.signal.aborted ? new Error(`no answer within ${timeoutMs} ms`, { cause }) : cause
      return { kind: 'failed', cause: shown, retryAfterMs: 0 }
    } finally {
      cancel()
    }
  }

  async #answer(response: Response, url: URL, clock: Clock): Promise<HttpAnswer> {
    const { status } = response
    if (status === 304) {
      await response.body?.cancel()
      return { kind: 'unchanged' }
    }
    if (!response.ok) {
      await response.body?.cancel()
      const cause = new BadInputError(`${this.shownUrl} answered with status ${status}.`)
      if (!isPassing(status)) return { kind: 'refused', status, cause }
      return { kind: 'failed', cause, retryAfterMs: retryAfterMs(response.headers, clock) }
    }
    const text = await this.#textOf(response)
    this.#validators = validatorsOf(response)
    return { kind: 'text', url, status, headers: response.headers, text }
  }

  async #textOf(response: Response): Promise<string> {
    const { maxBytes } = this.#plan
    const decode = this.#decoderOf(response)
    let [text, bytes] = ['', 0]
    // leaving the loop cancels what is still to come
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) {
        throw new BadInputError(
          `${this.shownUrl} answered with more than ${maxBytes} bytes. Raise maxBytes if that is right.`,
        )
      }
      text += decode(chunk)
    }
    return text + decode()
  }

  /** By the encoding that the answer names; UTF-8 if it names none. What is no such text is refused, not replaced. */
  #decoderOf({ headers }: Response): (chunk?: Uint8Array) => string {
    const charset = /;\s*charset="?([^\s;"]+)/i.exec(headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
    let decoder: TextDecoder
    try {
      decoder = new TextDecoder(charset, { fatal: true })
    } catch (cause) {
      throw new BadInputError(`${this.shownUrl} answered in an unknown encoding, ${charset}.`, { cause })
    }
    return (chunk) => {
      try {
        return decoder.decode(chunk, { stream: chunk !== undefined })
      } catch (cause) {
        throw new BadInputError(`${this.shownUrl} answered with what is no text in ${charset}.`, { cause })
      }
    }
  }
}

function validatorsOf({ headers }: Response): Record<string, string> {
  const etag = headers.get('etag')
  const modified = headers.get('last-modified')
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(modified === null ? {} : { 'if-modified-since': modified }),
  }
}

/** How long a server wants to be left alone, up to an hour. RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterMs(headers: Headers, clock: Clock): number {
  const value = headers.get('retry-after')
  if (value === null) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now()
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS)
}

/** The error that ends a source whose address has failed too often. */
export function gaveUp(url: string, tries: number, cause: unknown): BadInputError {
  return new BadInputError(`${url} failed ${tries} times in a row, last: ${messageOf(cause)}`, { cause })
}
