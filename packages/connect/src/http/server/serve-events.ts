/** `serveEvents`: a sink that sends its items to whoever listens, as server-sent events. */

import { BadInputError, type Context, InvalidOptionError, SinkTerm } from '@millrace/core'
import { checkMs, checkOptions, checkWhole } from '@millrace/core/engine'
import { EventHub, type EventsSummary, type HubPlan } from './event-hub.ts'
import { checkListenOptions, LISTEN_OPTIONS, type ListenOptions } from './listen.ts'
import { encodeHeaders, type HttpReply, type HttpRequest, jsonOf } from './messages.ts'

export type { EventsSummary } from './event-hub.ts'

/** Options of {@link serveEvents}. */
export interface ServeEventsOptions extends ListenOptions {
  /** The path; others get 404. Default: any. */
  readonly path?: string
  /** Headers of each answer: `{ 'access-control-allow-origin': '*' }`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** Clients at once at most; further ones get 503. Default 1,000. */
  readonly maxClients?: number
  /** Events that are held for clients that are behind or come back, shared by all. Default 1,000. */
  readonly bufferEvents?: number
  /** Characters of them at most; one event is held in any case. Default 16 Mi. */
  readonly bufferBytes?: number
  /**
   * What becomes of a client that has not read the oldest event that is held, when another one comes: `drop` cuts it off, so
   * that it comes back; `hold` makes the stream wait for it, `holdMs` at most. Default `drop`.
   */
  readonly slow?: 'drop' | 'hold'
  /** How long `hold` waits for one client before it is cut off after all, in ms. Default 30,000. */
  readonly holdMs?: number
  /** Milliseconds between two signs of life. Default 15,000. */
  readonly heartbeatMs?: number
  /** As in `httpServer`: what it returns is answered, and the client gets no events. Default: nobody is refused. */
  readonly refuse?: (request: HttpRequest) => HttpReply | undefined
}

/** An event to send. */
export interface EventItem {
  /** A text, or any other value, which is sent as JSON. */
  readonly data: unknown
  /** Its name. Default: none, which clients call `message`. */
  readonly type?: string
  /** What a client that comes back names to go on behind it. Default: one that no other event of this or another run has. */
  readonly id?: string
}

/**
 * A sink that sends its items to all clients that are connected, as server-sent events: browsers follow them with
 * `new EventSource(url)`. Its result counts events and clients.
 *
 * A client gets what comes after it has connected. One that comes back (`Last-Event-ID`) gets what it has missed, as far as
 * it is held; if the event is not known any more, all that is held. Memory is bounded by what is held, however many clients
 * there are: each reads at its own pace, and `slow` says what becomes of those that fall behind. Without clients, events are
 * gone. With checkpoints, at least once: what came since the last one is sent again. At the end clients may read
 * what is held, for two seconds, then all connections are closed. Stays on the caller's thread.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `CannotListenError` before anything
 * begins if the port is taken, and with a `BadInputError` for an id or a type with a line break, and for
 * data that has no JSON.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { events, serveEvents } from 'millrace/connect/http'
 * import { interval, map, take, toArray } from 'millrace/terms'
 *
 * const prices = serveEvents({
 *   port: 0,
 *   onListening: async ({ url }) => {
 *     const [event] = await toArray(events(url).pipe(take(1)))
 *     console.log(event?.type, JSON.parse(event?.data ?? '').cents) // price 42
 *     await running.stop()
 *   },
 * })
 * const running = run(interval(5).pipe(map(() => ({ type: 'price', data: { cents: 42 } })), prices))
 * const { clients } = (await running.done).result(prices)
 * console.log(clients) // 1
 * ```
 */
export function serveEvents(options: ServeEventsOptions): SinkTerm<EventItem, EventsSummary> {
  checkOptions('serveEvents', options, {
    ...LISTEN_OPTIONS,
    path: true,
    headers: true,
    maxClients: true,
    bufferEvents: true,
    bufferBytes: true,
    slow: true,
    holdMs: true,
    heartbeatMs: true,
    refuse: true,
  })
  checkListenOptions('serveEvents', options)
  const { path, headers = {}, slow = 'drop', refuse } = options
  const { maxClients = 1000, bufferEvents = 1000, bufferBytes = 16 * 1024 * 1024 } = options
  const { holdMs = 30_000, heartbeatMs = 15_000 } = options
  for (const [name, value] of Object.entries({ maxClients, bufferEvents, bufferBytes })) {
    checkWhole(`${name} of serveEvents()`, value, 1)
  }
  for (const [name, value] of Object.entries({ holdMs, heartbeatMs }))
    checkMs(`${name} of serveEvents()`, value)
  if (slow !== 'drop' && slow !== 'hold') {
    throw new InvalidOptionError('slow of serveEvents()', slow, '"drop" or "hold"')
  }
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw new InvalidOptionError('path of serveEvents()', path, 'a path that begins with /')
  }
  const bounds = { maxClients, bufferEvents, bufferBytes, holdMs, heartbeatMs }
  return new ServeEvents({
    listen: options,
    path,
    headers: headersOf(headers),
    holds: slow === 'hold',
    refuse,
    ...bounds,
  }).local()
}

/** @throws {InvalidOptionError} for headers that cannot be sent. */
function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return encodeHeaders(headers)
  } catch {
    throw new InvalidOptionError('headers of serveEvents()', headers, 'a record of headers')
  }
}

class ServeEvents extends SinkTerm<EventItem, EventsSummary> {
  override name = 'serveEvents'
  readonly #plan: HubPlan
  readonly #hubs = new WeakMap<object, EventHub>()
  readonly #left = new WeakSet<object>()

  constructor(plan: HubPlan) {
    super()
    this.#plan = plan
  }

  override async enter(ctx: Context<unknown, never>): Promise<void> {
    const hub = await EventHub.open(this.#plan, ctx.clock)
    // the run was cancelled meanwhile
    if (this.#left.has(ctx)) await hub.close()
    else this.#hubs.set(ctx, hub)
  }

  override write({ data, type, id }: EventItem, ctx: Context<unknown, never>): void | Promise<void> {
    const text = typeof data === 'string' ? data : jsonOf('The data of an event', data)
    const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
    for (const value of [type, id]) {
      if (value !== undefined && /[\r\n\0]/.test(value)) {
        throw new BadInputError('The id or the type of an event has a line break in it.')
      }
    }
    const name = type === undefined ? '' : `event: ${type}\n`
    return this.#hubs.get(ctx)?.send(name + lines.join(''), id)
  }

  override result(ctx: Context<unknown, never>): EventsSummary {
    return (this.#hubs.get(ctx) as EventHub).summary
  }

  override exit(ctx: Context<unknown, never>): Promise<void> | void {
    this.#left.add(ctx)
    return this.#hubs.get(ctx)?.close()
  }
}
