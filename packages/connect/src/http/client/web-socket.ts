/** `webSocket`: both ends of a WebSocket, as a source and a sink. */

import { BatchSourceTerm, type Context, InvalidOptionError, SinkTerm } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import { addressOf, type ClientOptions, checkLimits, clientPlanOf } from './reading.ts'
import { type LinkPlan, SocketLink, type SocketMessage } from './socket-link.ts'

/** Options of {@link webSocket}. */
export interface WebSocketOptions extends Omit<ClientOptions, 'fetch'> {
  /** Subprotocols that this side speaks. Default: none. */
  readonly protocols?: readonly string[]
  /** Milliseconds between two pings; a connection that answers none counts as lost. Default 30,000. */
  readonly pingMs?: number
  /** Messages that are held for the graph before the connection is not read any more. Default 256. */
  readonly prefetch?: number
  /** Bytes of one message that comes at most. Default 1 MiB. */
  readonly maxMessageBytes?: number
  /** Bytes of messages on their way out beyond which the graph is held back. Default 1 MiB. */
  readonly maxBufferedBytes?: number
  /** The authorities that may vouch for the server's certificate, in PEM. Default: those that Node knows. */
  readonly ca?: string
}

/** What became of the messages that were sent in a run. */
export interface SocketSummary {
  /** Messages that were given to a connection. */
  readonly messages: number
}

/** A WebSocket: a source and a sink that may be used together or alone. */
export interface WebSocketEnds {
  /** Gives the messages that come: texts, or bytes. */
  readonly messages: BatchSourceTerm<SocketMessage>
  /** Sends its items. */
  readonly send: SinkTerm<SocketMessage, SocketSummary>
}

/**
 * A WebSocket: `messages` gives what comes, `send` sends what it takes, over one connection in each run. Needs the package
 * `ws` 8.
 *
 * At most once, both ways: the protocol acknowledges nothing, so what is on its way when a connection breaks is lost. It
 * connects again, as `reconnect` says. The source ends when the server closes with 1000. While there is no room downstream,
 * the connection is not read; while the other side does not read, the sink waits. Both ends stay on the
 * caller's thread. `messages` has no checkpoints; `send` may send again what came since the last one.
 *
 * @throws {InvalidOptionError} if `url` is no ws address, or an option makes no sense. The run fails with a
 * `ClientMissingError` without `ws`, with a `ConnectionDeniedError` for a handshake that is refused and for a certificate
 * that is not trusted, with a `ConnectionLostError` after too many failures in a row, with a `BadInputError` for a message
 * that is too long.
 *
 * @example
 * ```ts no-run
 * import { run } from 'millrace'
 * import { webSocket } from 'millrace/connect/http'
 * import { map } from 'millrace/terms'
 *
 * // answers each message with its length
 * const { messages, send } = webSocket('wss://echo.example.org', { headers: { authorization: 'Bearer …' } })
 * await run(messages.pipe(map((message) => String(message.length)), send)).done
 * ```
 */
export function webSocket(url: string | URL, options: WebSocketOptions = {}): WebSocketEnds {
  checkOptions('webSocket', options, {
    headers: true,
    reconnect: true,
    protocols: true,
    pingMs: true,
    prefetch: true,
    maxMessageBytes: true,
    maxBufferedBytes: true,
    ca: true,
  })
  const { protocols = [], pingMs = 30_000, prefetch = 256, ca } = options
  const { maxMessageBytes = 1024 * 1024, maxBufferedBytes = 1024 * 1024 } = options
  checkLimits('webSocket', { pingMs }, { prefetch, maxMessageBytes, maxBufferedBytes })
  if (!Array.isArray(protocols) || protocols.some((protocol) => typeof protocol !== 'string')) {
    throw new InvalidOptionError('protocols of webSocket()', protocols, 'a list of names')
  }
  const { headers, reconnect } = clientPlanOf('webSocket', options)
  const address = addressOf('webSocket', url, ['ws:', 'wss:'])
  const bounds = { pingMs, prefetch, maxMessageBytes, maxBufferedBytes }
  const links = new Links({ url: address, protocols, headers, reconnect, ca, ...bounds })
  return { messages: new Messages(links).local(), send: new Send(links).local() }
}

interface SharedLink {
  readonly link: SocketLink
  /** Terms that have been entered and not exited: the last one closes it. */
  users: number
}

/** The links of a WebSocket's runs. */
class Links {
  readonly #plan: LinkPlan
  readonly #shared = new WeakMap<object, SharedLink>()

  constructor(plan: LinkPlan) {
    this.#plan = plan
  }

  enter({ run, clock }: Context<never, never>): void {
    const shared = this.#shared.get(run) ?? { link: new SocketLink(this.#plan, clock), users: 0 }
    shared.users++
    this.#shared.set(run, shared)
  }

  of({ run }: Context<never, never>): SocketLink {
    return (this.#shared.get(run) as SharedLink).link
  }

  async exit({ run }: Context<never, never>): Promise<void> {
    const shared = this.#shared.get(run)
    if (shared !== undefined && --shared.users === 0) await shared.link.close()
  }
}

class Messages extends BatchSourceTerm<SocketMessage> {
  override name = 'messages'
  override readonly live = true
  readonly #links: Links

  constructor(links: Links) {
    super()
    this.#links = links
  }

  override whyNotResumable(): string {
    return (
      'gives what comes on a connection, which ends with the process: nobody has what came meanwhile. Put a queue in ' +
      'between, or leave checkpoints out.'
    )
  }

  override enter(ctx: Context<unknown, never>): void {
    this.#links.enter(ctx as Context<never, never>)
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly SocketMessage[]> {
    const link = this.#links.of(ctx as Context<never, never>)
    const done = { done: true as const, value: undefined }
    const batches: AsyncIterableIterator<readonly SocketMessage[]> = {
      async next() {
        const value = await link.take()
        return value === undefined ? done : { done: false, value }
      },
      async return() {
        link.stop()
        return done
      },
      [Symbol.asyncIterator]: () => batches,
    }
    return batches
  }

  override exit(ctx: Context<unknown, never>): Promise<void> {
    return this.#links.exit(ctx as Context<never, never>)
  }
}

class Send extends SinkTerm<SocketMessage, SocketSummary, { messages: number }> {
  override name = 'send'
  readonly #links: Links
  override initialState = (): { messages: number } => ({ messages: 0 })

  constructor(links: Links) {
    super()
    this.#links = links
  }

  override enter(ctx: Context<{ messages: number }, never>): void {
    this.#links.enter(ctx as unknown as Context<never, never>)
  }

  override async write(message: SocketMessage, ctx: Context<{ messages: number }, never>): Promise<void> {
    if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
      throw new InvalidOptionError('A message of webSocket()', message, 'a text or bytes')
    }
    await this.#links.of(ctx as unknown as Context<never, never>).send(message)
    ctx.state = { messages: ctx.state.messages + 1 }
  }

  override result(ctx: Context<{ messages: number }, never>): SocketSummary {
    return { messages: ctx.state.messages }
  }

  override exit(ctx: Context<{ messages: number }, never>): Promise<void> {
    return this.#links.exit(ctx as unknown as Context<never, never>)
  }
}
