/** `subscribe`: messages of Redis channels, live. */

import { type BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '@millrace/core/engine'
import type { Redis } from 'ioredis'
import { checkName } from '../support/check-name.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import { type Placed, type Reader, ReaderSource } from '../support/reader-source.ts'
import { redisLink } from './connection.ts'
import { REDIS_OPTIONS, type RedisAddress, type RedisOptions, redisAddress } from './options.ts'

/** A message of a channel. */
export interface RedisMessage {
  readonly channel: string
  readonly message: string
}

/** Options of {@link subscribe}. */
export interface RedisSubscribeOptions extends RedisOptions {
  /** The names are patterns: `news.*`. Default false. */
  readonly patterns?: boolean
  /** Messages held here at most; then nothing more is read from the connection. Default 1,000. */
  readonly prefetch?: number
}

/**
 * A source of what is published on Redis channels, as `{ channel, message }`, live: at most once.
 *
 * What is published while nobody listens, or while the connection is lost, is gone. If the graph is slower than the
 * publishers, `prefetch` messages are held here, further ones wait at the server, which cuts the connection when it holds too
 * much (`client-output-buffer-limit pubsub`): a stream (`redisStream`) is for what must not be lost. It never ends by itself, and
 * cannot go on from a checkpoint.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses, a `ConnectionLostError` if it cannot be reached.
 *
 * @example
 * ```ts needs=redis no-run
 * import { run } from 'millrace'
 * import { subscribe } from 'millrace/connect/redis'
 * import { map, print } from 'millrace/terms'
 *
 * const prices = subscribe('prices').pipe(map(({ message }) => JSON.parse(message) as number))
 * await run(prices.pipe(print())).done
 * ```
 */
export function subscribe(
  channels: string | readonly string[],
  options: RedisSubscribeOptions = {},
): BatchSourceTerm<RedisMessage> {
  const names = typeof channels === 'string' ? [channels] : channels
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidOptionError('channels of subscribe()', channels, 'a name or an array of names')
  }
  for (const name of names) checkName('A channel of subscribe()', name)
  checkOptions('subscribe', options, { ...REDIS_OPTIONS, patterns: true, prefetch: true })
  const { patterns = false, prefetch = 1000 } = options
  checkBoolean('patterns of subscribe()', patterns)
  checkWhole('prefetch of subscribe()', prefetch, 1)
  return new Subscription(redisAddress('subscribe', options), names, patterns, prefetch)
}

class Subscription extends ReaderSource<RedisMessage> {
  override name = 'subscribe'
  readonly #address: RedisAddress
  readonly #names: readonly string[]
  readonly #patterns: boolean
  readonly #prefetch: number

  constructor(address: RedisAddress, names: readonly string[], patterns: boolean, prefetch: number) {
    super()
    this.#address = address
    this.#names = names
    this.#patterns = patterns
    this.#prefetch = prefetch
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RedisMessage> {
    return new ChannelReader(redisLink(this.#address, clock), this.#prefetch, async (client) => {
      if (this.#patterns) await client.psubscribe(...this.#names)
      else await client.subscribe(...this.#names)
    })
  }
}

class ChannelReader implements Reader<RedisMessage> {
  readonly #link: Link<Redis>
  readonly #prefetch: number
  readonly #subscribe: (client: Redis) => Promise<void>
  #inbox: Inbox<RedisMessage> | undefined

  constructor(link: Link<Redis>, prefetch: number, subscribeTo: (client: Redis) => Promise<void>) {
    this.#link = link
    this.#prefetch = prefetch
    this.#subscribe = subscribeTo
  }

  async *read(): AsyncGenerator<Placed<RedisMessage>, void, undefined> {
    while (!this.#link.isOver) {
      const items = await this.#link.call(async (client) => {
        const inbox = await this.#inboxOf(client)
        return await inbox.take(this.#prefetch)
      })
      if (items.length > 0) yield { items }
    }
  }

  /** What the connection's messages are gathered in; a new connection has a new one. */
  async #inboxOf(client: Redis): Promise<Inbox<RedisMessage>> {
    if (client.listenerCount('message') > 0 && this.#inbox !== undefined) return this.#inbox
    // the socket is read no further: the server holds the rest
    const inbox = new Inbox<RedisMessage>(
      this.#prefetch,
      () => client.stream?.pause(),
      () => client.stream?.resume(),
    )
    this.#inbox = inbox
    client.on('message', (channel, message) => inbox.push({ channel, message }))
    client.on('pmessage', (_pattern, channel, message) => inbox.push({ channel, message }))
    client.on('close', () => inbox.fail(new Error('the connection was lost')))
    await this.#subscribe(client)
    return inbox
  }

  stop(): void {
    this.#inbox?.end()
    void this.#link.end()
  }

  async end(): Promise<void> {
    this.stop()
    await this.#link.end()
  }
}
