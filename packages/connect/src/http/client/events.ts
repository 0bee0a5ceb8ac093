/** `events`: the server-sent events of an address. */

import { BadInputError, BatchSourceTerm, type Context } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import { fetchWithin, isPassing, MAX_RETRY_AFTER_MS, retryAfterMs, shownUrl } from '@millrace/core/http'
import { EventParser, type ServerEvent } from './event-parser.ts'
import { denied, rootOf } from './explain.ts'
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  type ClientPlan,
  checkLimits,
  clientPlanOf,
  httpAddressOf,
  type Reading,
  reading,
} from './reading.ts'

/** Options of {@link events}. */
export interface EventsOptions extends ClientOptions {
  /** Milliseconds without a byte after which the connection counts as lost. Default 120,000. */
  readonly idleMs?: number
  /** Characters of one event at most. Default 1 MiB. */
  readonly maxEventBytes?: number
  /**
   * Whether a run that goes on from a checkpoint, and knows no id to go on behind, begins with what comes then. Default
   * false: it is refused, since what was sent in between would be lost.
   */
  readonly live?: boolean
}

/**
 * A source of the server-sent events of an address. It reconnects, and names the last id that it has seen
 * (`Last-Event-ID`), so that the server can go on behind it. It waits as long as the server says (`retry`), but at least
 * `reconnect.delayMs`, and at most an hour. It ends when the server answers with 204. A connection that was cut counts as a
 * failure unless it had brought an event, or bytes for longer than `reconnect.maxDelayMs`. Redirections are followed as far
 * as they stay on the server.
 *
 * While there is no room downstream, nothing is read: the server is held back by the connection. The position is the last
 * id. If the server gives each event an id of its own and keeps them, each event comes once, whatever is cut or killed. Of
 * events without ids those are lost that are sent while there is no connection.
 *
 * @throws {InvalidOptionError} if `url` is no http address, or an option makes no sense. The run fails with a
 * `ConnectionDeniedError` for a status that will not change, an answer that is no event stream, and a certificate that is not
 * trusted; with a `ConnectionLostError` after too many failures in a row; with a `BadInputError` for an event that is too
 * long, or whose id has a control character, which no header can hold, for a redirection to another server, and if it was to
 * go on from a checkpoint without an id.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { events } from 'millrace/connect/http'
 * import { take, toArray } from 'millrace/terms'
 *
 * const server = createServer((_request, response) => {
 *   response.setHeader('content-type', 'text/event-stream')
 *   response.write('id: 7\nevent: price\ndata: 42\n\n')
 * })
 * await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
 * const { port } = server.address() as { port: number }
 * console.log(await toArray(events(`http://127.0.0.1:${port}/`).pipe(take(1)))) // [ { id: '7', type: 'price', data: '42' } ]
 * server.closeAllConnections()
 * server.close()
 * ```
 */
export function events(url: string | URL, options: EventsOptions = {}): BatchSourceTerm<ServerEvent> {
  checkOptions('events', options, { ...CLIENT_OPTIONS, idleMs: true, maxEventBytes: true, live: true })
  const { idleMs = 120_000, maxEventBytes = 1024 * 1024, live = false } = options
  checkLimits('events', { idleMs }, { maxEventBytes })
  checkBoolean('live of events()', live)
  const client = clientPlanOf('events', options)
  return new Events({ url: httpAddressOf('events', url), idleMs, maxEventBytes, isLive: live, client })
}

interface EventsPlan {
  readonly url: URL
  readonly idleMs: number
  readonly maxEventBytes: number
  readonly isLive: boolean
  readonly client: ClientPlan
}

class Events extends BatchSourceTerm<ServerEvent> {
  override name = 'events'
  override readonly live = true
  readonly #plan: EventsPlan

  constructor(plan: EventsPlan) {
    super()
    this.#plan = plan
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly ServerEvent[]> {
    const { url, client } = this.#plan
    return reading(ctx, url, client.reconnect, (run) => this.#read(run, ''))
  }

  override position(batch: readonly ServerEvent[]): unknown {
    return batch.at(-1)?.id
  }

  /** The first event itself: with it, the others can be had again, though nobody knows what came before it. */
  override begin(batch: readonly ServerEvent[]): unknown {
    return batch[0]
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly ServerEvent[]> {
    const { url, client, isLive } = this.#plan
    const first = typeof position === 'string' ? undefined : (position as ServerEvent)
    const id = first?.id ?? (position as string)
    if (id === '' && !isLive) {
      throw new BadInputError(
        `${shownUrl(url)} gives its events no ids, so the run cannot go on behind the last one. Say events(url, { live: true }) ` +
          'if what was sent since then is not needed.',
      )
    }
    return reading(ctx, url, client.reconnect, (run) => this.#read(run, id, first))
  }

  async *#read(
    run: Reading,
    from: string,
    first?: ServerEvent,
  ): AsyncGenerator<readonly ServerEvent[], void, undefined> {
    const { clock, signal, retries, pause } = run
    const { delayMs: leastMs, maxDelayMs } = this.#plan.client.reconnect
    if (first !== undefined) yield [first]
    let lastEventId = from
    let delayMs = leastMs
    for (;;) {
      try {
        const connection = await this.#open(run, lastEventId)
        if (connection === undefined) return
        const openedAt = clock.monotonic()
        const parser = new EventParser(this.#plan.maxEventBytes, lastEventId)
        for await (const chunk of connection.chunks) {
          const batch = parser.push(chunk)
          // if the connection is cut, what has been given is not asked for again
          lastEventId = sendable(parser.lastEventId)
          delayMs = Math.min(Math.max(parser.retryMs ?? delayMs, leastMs), MAX_RETRY_AFTER_MS)
          // its head alone is no success: a server may be cut off behind it each time
          if (batch.length > 0 || clock.monotonic() - openedAt > maxDelayMs) retries.succeeded()
          if (batch.length > 0) yield batch
        }
        // the server has ended the answer, which is no failure
        await pause.until(delayMs)
      } catch (error) {
        signal.throwIfAborted()
        await retries.after(rootOf(error), (error as Partial<Postponed>).retryAfterMs)
      }
      signal.throwIfAborted()
    }
  }

  /** Connects; `undefined` if the server wants no further connection. */
  async #open({ clock, signal }: Reading, lastEventId: string): Promise<Connection | undefined> {
    const { url, client, idleMs } = this.#plan
    const idle = new AbortController()
    const watch = (): (() => void) =>
      clock.after(idleMs, () => idle.abort(new Error(`not a byte within ${idleMs} ms`)))
    let cancel = watch()
    const { response } = await fetchWithin(client.fetch, url, {
      headers: {
        ...client.headers,
        accept: 'text/event-stream',
        'cache-control': 'no-store',
        // a header has bytes, and an id is UTF-8
        ...(lastEventId === '' ? {} : { 'last-event-id': Buffer.from(lastEventId).toString('latin1') }),
      },
      signal: AbortSignal.any([signal, idle.signal]),
    }).finally(() => cancel())
    const { status, headers, body } = response
    const isStream = /^text\/event-stream\s*(;|$)/i.test(headers.get('content-type') ?? '')
    if (status !== 200 || !isStream) await body?.cancel()
    if (status === 204) return undefined
    if (isPassing(status)) throw new Postponed(status, retryAfterMs(headers, clock))
    if (status !== 200) throw denied(shownUrl(url), status)
    if (!isStream) throw notEvents(shownUrl(url), headers.get('content-type'))
    async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
      const reader = (body as ReadableStream<Uint8Array>).getReader()
      try {
        for (;;) {
          cancel = watch()
          const { done, value } = await reader.read().finally(() => cancel())
          if (done) return
          yield value
        }
      } finally {
        await reader.cancel().catch(() => undefined)
      }
    }
    return { chunks: chunks() }
  }
}

interface Connection {
  readonly chunks: AsyncIterable<Uint8Array>
}

/** The server cannot now. */
class Postponed extends Error {
  readonly retryAfterMs: number

  constructor(status: number, retryAfter: number) {
    super(`the answer has the status ${status}`)
    this.retryAfterMs = retryAfter
  }
}

function notEvents(server: string, type: string | null): BadInputError {
  return new BadInputError(`${server} answers with ${type ?? 'no content type'}, not with text/event-stream.`)
}

/** @throws {BadInputError} for an id that could not be named to the server when the connection is lost. */
function sendable(id: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a header may not hold
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(id)) return id
  throw new BadInputError(
    `The id of an event, ${JSON.stringify(id)}, has a control character: it cannot be named to go on behind it.`,
  )
}
