/** `EventHub`: the clients that follow the events of one run. Made by `serveEvents`, for each run. */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@millrace/core'
import { turnAway } from './body.ts'
import { EventLog, type LoggedEvent } from './event-log.ts'
import { Listener, type ListenOptions } from './listen.ts'
import { encodeReply, type HttpReply, type HttpRequest, headOf } from './messages.ts'
import { onSocketClose } from './on-socket-close.ts'

/** All that a hub goes by. */
export interface HubPlan {
  readonly listen: ListenOptions
  readonly path: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly maxClients: number
  readonly bufferEvents: number
  readonly bufferBytes: number
  readonly holds: boolean
  readonly holdMs: number
  readonly heartbeatMs: number
  readonly refuse: ((request: HttpRequest) => HttpReply | undefined) | undefined
}

/** What became of the events of a run. */
export interface EventsSummary {
  /** Events that were sent, to whoever was there. */
  readonly events: number
  /** Clients that have come; one that reconnects counts again. */
  readonly clients: number
  /** Clients that were cut off because they read too slowly. */
  readonly dropped: number
}

interface Client {
  readonly response: ServerResponse
  /** The number of the event that it gets next. */
  at: number
  /** Its connection takes no more for now. */
  isFull: boolean
}

const HEARTBEAT = ':\n\n'

/** The clients of one run. */
export class EventHub {
  readonly #plan: HubPlan
  readonly #clock: Clock
  readonly #token = randomBytes(6).toString('base64url')
  readonly #log: EventLog
  readonly #clients = new Set<Client>()
  #listener: Listener | undefined
  #cancelHeartbeat: () => void = () => undefined
  #came = 0
  #dropped = 0
  #isOver = false
  /** What a function of the user's own has failed with. */
  #failure: { readonly error: unknown } | undefined
  /** The sink waits for a slow client. */
  #release: (() => void) | undefined
  #onEmpty: (() => void) | undefined

  private constructor(plan: HubPlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    this.#log = new EventLog(plan.bufferEvents, plan.bufferBytes)
  }

  /** Listens. @throws {CannotListenError} */
  static async open(plan: HubPlan, clock: Clock): Promise<EventHub> {
    const hub = new EventHub(plan, clock)
    hub.#listener = await Listener.open(
      plan.listen,
      (request, response) => hub.#onRequest(request, response),
      (error) => hub.#fail(error),
    )
    hub.#beat()
    return hub
  }

  /** Fails the run with the next event, or at its end. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** @throws what a function of the user's own has failed with. */
  get summary(): EventsSummary {
    if (this.#failure !== undefined) throw this.#failure.error
    return { events: this.#log.next, clients: this.#came, dropped: this.#dropped }
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined)
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) {
      turnAway(request, response, encodeReply(refusal))
      return
    }
    const lastEventId = Buffer.from(String(request.headers['last-event-id'] ?? ''), 'latin1').toString()
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      ...this.#plan.headers,
    })
    response.flushHeaders()
    request.resume()
    const at = lastEventId === '' ? this.#log.next : this.#log.behind(lastEventId)
    const client: Client = { response, at, isFull: false }
    this.#came++
    this.#clients.add(client)
    response.on('drain', () => {
      client.isFull = false
      this.#pump(client)
    })
    const onGone = (): void => {
      forgetSocket()
      this.#clients.delete(client)
      this.#look()
    }
    const forgetSocket = onSocketClose(request.socket, onGone)
    response.on('close', onGone)
    this.#pump(client)
  }

  #refusalOf(request: IncomingMessage): HttpReply | undefined {
    const { path, maxClients, refuse } = this.#plan
    const head = headOf(request)
    if (head === undefined) return { status: 400 }
    if (path !== undefined && head.path !== path) return { status: 404, body: 'There is nothing here.\n' }
    if (head.method !== 'GET') return { status: 405, headers: { allow: 'GET' } }
    if (this.#isOver || this.#clients.size >= maxClients) {
      return { status: 503, headers: { 'retry-after': '5' }, body: 'There are too many clients.\n' }
    }
    try {
      return refuse?.({ id: '', ...head, body: '' })
    } catch (error) {
      // thrown on, it would end the process
      this.#fail(error)
      return { status: 500, body: 'The request could not be looked at.\n' }
    }
  }

  /** Sends an event to all. Returns a promise if a client is to be waited for. */
  send(text: string, id: string | undefined): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    const known = id ?? `${this.#token}-${this.#log.next}`
    const event = { id: known, text: `id: ${known}\n${text}\n` }
    if (this.#plan.holds && this.#slowest(event) !== undefined) {
      return this.#waitFor(event).then(() => this.#add(event))
    }
    this.#add(event)
  }

  #add(event: LoggedEvent): void {
    this.#log.add(event)
    for (const client of this.#clients) {
      if (client.at < this.#log.first) this.#drop(client)
      else this.#pump(client)
    }
  }

  /** A client that would lose an event, if there was no longer room for it. */
  #slowest(event: LoggedEvent): Client | undefined {
    if (!this.#log.isFullFor(event)) return undefined
    for (const client of this.#clients) if (client.at <= this.#log.first) return client
    return undefined
  }

  async #waitFor(event: LoggedEvent): Promise<void> {
    const cancel = this.#clock.after(this.#plan.holdMs, () => {
      for (let slow = this.#slowest(event); slow !== undefined; slow = this.#slowest(event)) this.#drop(slow)
      this.#look()
    })
    while (this.#slowest(event) !== undefined && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#release = resolve
      })
    }
    cancel()
  }

  #look(): void {
    this.#release?.()
    this.#release = undefined
    if (this.#clients.size === 0) this.#onEmpty?.()
  }

  #drop(client: Client): void {
    this.#dropped++
    this.#clients.delete(client)
    // its answer may wait behind an earlier one of its connection, and then has none yet
    client.response.req.socket.destroy()
  }

  /** Writes as much as the client's connection takes. */
  #pump(client: Client): void {
    const { response } = client
    const before = client.at
    while (!client.isFull && client.at < this.#log.next) {
      client.isFull = !response.write(this.#log.at(client.at++).text)
    }
    if (this.#isOver && client.at >= this.#log.next) response.end()
    if (client.at > before) this.#look()
  }

  /** Keeps connections from being taken for dead. */
  #beat(): void {
    this.#cancelHeartbeat = this.#clock.after(this.#plan.heartbeatMs, () => {
      for (const client of this.#clients)
        if (!client.isFull) client.isFull = !client.response.write(HEARTBEAT)
      this.#beat()
    })
  }

  /** Lets clients read what is held, for a little while, and closes all connections. */
  async close(): Promise<void> {
    this.#isOver = true
    this.#cancelHeartbeat()
    this.#look()
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    for (const client of this.#clients) this.#pump(client)
    if (this.#clients.size === 0) this.#onEmpty?.()
    await this.#listener?.close(empty)
  }
}
