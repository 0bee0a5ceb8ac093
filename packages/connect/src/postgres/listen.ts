/** `listen`: what is sent to channels with NOTIFY. */

import { BatchSourceTerm, type Context } from '@millrace/core'
import { checkOptions, checkWhole } from '@millrace/core/engine'
import type { ClientConfig, Notification } from 'pg'
import { type ReconnectOptions, Retries, reconnectOf } from '../support/reconnect.ts'
import { OpenReads } from '../support/sql/open-reads.ts'
import { checkName } from '../support/sql/table-spec.ts'
import {
  clientConfigOf,
  explain,
  type PostgresConnection,
  PostgresSession,
  serverName,
  verdictOn,
} from './connection.ts'

/** What was sent with NOTIFY. */
export interface PostgresNotification {
  readonly channel: string
  /** The text that was sent along; `''` if there was none. */
  readonly payload: string
  /** The server's process that has sent it. */
  readonly pid: number
}

/** Options of {@link listen}. */
export interface ListenOptions {
  /** The server. Default: what the environment says, `PGHOST` and its kin. */
  readonly connection?: PostgresConnection
  /** Notifications that are held while nothing takes them; then the connection is no longer read. Default 1,000. */
  readonly prefetch?: number
  /** How a connection that is lost is made again. */
  readonly reconnect?: ReconnectOptions
}

const DEFAULT_PREFETCH = 1000

/**
 * What is sent to a channel with `NOTIFY`, as it comes: *at most once*. What is sent while nobody listens, before the run begins
 * or while the connection is made again, is lost; so checkpoints are refused. Never ends by itself.
 *
 * Of use as a signal to look; what must not be missed belongs into a table.
 *
 * While nothing takes them, up to `prefetch` notifications and what lies in the connection are held, the others at the server.
 *
 * @throws {InvalidOptionError} for an option that makes no sense.
 * @example
 * ```ts needs=postgres
 * import { run } from 'millrace'
 * import { listen } from 'millrace/connect/postgres'
 * import { take } from 'millrace/terms'
 * import pg from 'pg'
 *
 * const client = new pg.Client()
 * await client.connect()
 * // it is lost on those who do not listen yet
 * const timer = setInterval(() => client.query("notify docs_orders, 'order 17'"), 50)
 * const running = run(listen('docs_orders').pipe(take(1)))
 * for await (const { channel, payload } of running.output()) console.log(channel, payload) // docs_orders order 17
 * clearInterval(timer)
 * await client.query('select 1') // the last of them has gone before it
 * await client.end()
 * ```
 */
export function listen(channel: string, options: ListenOptions = {}): BatchSourceTerm<PostgresNotification> {
  checkOptions('listen', options, { connection: true, prefetch: true, reconnect: true })
  checkName('The channel of listen()', channel)
  const { prefetch = DEFAULT_PREFETCH } = options
  checkWhole('prefetch of listen()', prefetch, 1)
  return new Listen(
    channel,
    clientConfigOf('listen', options.connection),
    prefetch,
    reconnectOf('listen', options.reconnect),
  )
}

class Listen extends BatchSourceTerm<PostgresNotification> {
  override name = 'listen'
  override readonly live = true
  readonly #channel: string
  readonly #config: ClientConfig
  readonly #prefetch: number
  readonly #reconnect: Required<ReconnectOptions>
  readonly #reads = new OpenReads()

  constructor(
    channel: string,
    config: ClientConfig,
    prefetch: number,
    reconnect: Required<ReconnectOptions>,
  ) {
    super()
    this.#channel = channel
    this.#config = config
    this.#prefetch = prefetch
    this.#reconnect = reconnect
  }

  override whyNotResumable(): string {
    return 'hears what is sent while it listens, and nothing of what was sent before.'
  }

  override exit(ctx: Context<unknown, never>): void {
    this.#reads.end(ctx)
  }

  override async *batches(
    ctx: Context<unknown, never>,
  ): AsyncGenerator<PostgresNotification[], void, undefined> {
    const server = serverName(this.#config)
    const retries = new Retries(server, this.#reconnect, ctx.clock, (error) =>
      verdictOn(error) === 'passing' ? undefined : explain(error, server),
    )
    const inbox = new Inbox(this.#prefetch)
    const { over, end } = this.#reads.begin(ctx)
    const letGo = (): void => {
      retries.end()
      inbox.end()
    }
    over.addEventListener('abort', letGo, { once: true })
    try {
      while (!inbox.isOver) {
        await retries.call(
          () => inbox.open(this.#config, this.#channel, over),
          () => inbox.isOver,
        )
        for (let batch = await inbox.next(); batch !== undefined; batch = await inbox.next()) yield batch
      }
    } catch (error) {
      if (!inbox.isOver) throw error
    } finally {
      end()
    }
  }
}

/** What has come and was not taken yet. */
class Inbox {
  readonly #most: number
  #waiting: PostgresNotification[] = []
  #session: PostgresSession | undefined
  #wake: () => void = () => {}
  isOver = false

  constructor(most: number) {
    this.#most = most
  }

  async open(config: ClientConfig, channel: string, over: AbortSignal): Promise<void> {
    const session = await PostgresSession.open(config, over)
    this.#session = session
    const { client } = session
    client.on('notification', (message) => this.#add(message))
    client.on('end', () => {
      if (this.#session === session) this.#session = undefined
      this.#wake()
    })
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
  }

  #add({ channel, payload = '', processId: pid }: Notification): void {
    this.#waiting.push({ channel, payload, pid })
    if (this.#waiting.length >= this.#most) this.#stream?.pause()
    this.#wake()
  }

  /** What the client reads from: it may be let wait. */
  get #stream(): { pause(): void; resume(): void } | undefined {
    const { connection } = (this.#session?.client ?? {}) as {
      connection?: { stream: { pause(): void; resume(): void } }
    }
    return connection?.stream
  }

  /** What has come; `undefined` once nothing more will on this connection. */
  async next(): Promise<PostgresNotification[] | undefined> {
    while (this.#waiting.length === 0) {
      if (this.isOver || this.#session === undefined) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const batch = this.#waiting
    this.#waiting = []
    this.#stream?.resume()
    return batch
  }

  end(): void {
    this.isOver = true
    this.#session?.close()
    this.#wake()
  }
}
