/** `subscribe`: messages of Redis channels, live. */

import { type BatchSourceTerm, type Clock, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '@millrace/core/engine'
import type { Redis } from 'ioredis'
import { checkName } from '../support/check-name.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import { type Placed, type Reader, ReaderSource } from '../support/reader-source.ts'
import { utf8Of } from '../support/text.ts'
import { redisLink } from './connection.ts'
import { REDIS_OPTIONS, type RedisAddress, type RedisOptions, redisAddress } from './options.ts'

/** A message of a channel. */
export interface RedisMessage<Value = string> {
  readonly channel: string
  readonly message: Value
}

/** Options of {@link subscribe}. */
export interface RedisSubscribeOptions extends RedisOptions {
  /** The names are patterns: `news.*`. Default false. */
  readonly patterns?: boolean
  /** Messages held here at most; then nothing more is read from the connection. Default 1,000. */
  readonly prefetch?: number
  /** Gives messages as bytes. Default: as text; one that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/** A message as the server sends it. */
interface RawMessage {
  readonly channel: Buffer
  readonly message: Buffer
}

type Decode<Value> = (raw: RawMessage) => RedisMessage<Value>

const asBytes: Decode<Buffer> = (raw) => ({ channel: channelOf(raw), message: raw.message })

const asText: Decode<string> = (raw) => {
  const channel = channelOf(raw)
  return { channel, message: utf8Of(raw.message, () => `A message of channel ${channel}`) }
}

function channelOf({ channel }: RawMessage): string {
  return utf8Of(channel, () => 'The name of a channel')
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
 * refuses, a `ConnectionLostError` if it cannot be reached, a `BadInputError` for a message that is not UTF-8.
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
  options: RedisSubscribeOptions & { readonly binary: true },
): BatchSourceTerm<RedisMessage<Buffer>>
export function subscribe(
  channels: string | readonly string[],
  options?: RedisSubscribeOptions,
): BatchSourceTerm<RedisMessage>
export function subscribe(
  channels: string | readonly string[],
  options: RedisSubscribeOptions = {},
): BatchSourceTerm<RedisMessage<Buffer>> | BatchSourceTerm<RedisMessage> {
  const names = typeof channels === 'string' ? [channels] : channels
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidOptionError('channels of subscribe()', channels, 'a name or an array of names')
  }
  for (const name of names) checkName('A channel of subscribe()', name)
  checkOptions('subscribe', options, { ...REDIS_OPTIONS, patterns: true, prefetch: true, binary: true })
  const { binary = false } = options
  checkBoolean('binary of subscribe()', binary)
  return binary ? sourceOf(names, options, asBytes) : sourceOf(names, options, asText)
}

/** What is listened to, and how. */
interface Subscribing<Value> {
  readonly address: RedisAddress
  readonly names: readonly string[]
  readonly patterns: boolean
  readonly prefetch: number
  readonly decode: Decode<Value>
}

function sourceOf<Value>(
  names: readonly string[],
  options: RedisSubscribeOptions,
  decode: Decode<Value>,
): BatchSourceTerm<RedisMessage<Value>> {
  const { patterns = false, prefetch = 1000 } = options
  checkBoolean('patterns of subscribe()', patterns)
  checkWhole('prefetch of subscribe()', prefetch, 1)
  return new Subscription({ address: redisAddress('subscribe', options), names, patterns, prefetch, decode })
}

class Subscription<Value> extends ReaderSource<RedisMessage<Value>> {
  override name = 'subscribe'
  readonly #subscribing: Subscribing<Value>

  constructor(subscribing: Subscribing<Value>) {
    super()
    this.#subscribing = subscribing
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RedisMessage<Value>> {
    return new ChannelReader(this.#subscribing, clock)
  }
}

class ChannelReader<Value> implements Reader<RedisMessage<Value>> {
  readonly #link: Link<Redis>
  readonly #subscribing: Subscribing<Value>
  #inbox: Inbox<RawMessage> | undefined

  constructor(subscribing: Subscribing<Value>, clock: Clock) {
    this.#link = redisLink(subscribing.address, clock)
    this.#subscribing = subscribing
  }

  async *read(): AsyncGenerator<Placed<RedisMessage<Value>>, void, undefined> {
    const { prefetch, decode } = this.#subscribing
    while (!this.#link.isOver) {
      const raw = await this.#link.call(async (client) => {
        const inbox = await this.#inboxOf(client)
        return await inbox.take(Math.ceil(prefetch / 2))
      })
      if (raw.length > 0) yield { items: raw.map(decode) }
    }
  }

  /** What the connection's messages are gathered in; a new connection has a new one. */
  async #inboxOf(client: Redis): Promise<Inbox<RawMessage>> {
    if (client.listenerCount('messageBuffer') > 0 && this.#inbox !== undefined) return this.#inbox
    const { names, patterns, prefetch } = this.#subscribing
    // the socket is read no further: the server holds the rest
    const inbox = new Inbox<RawMessage>(
      Math.floor(prefetch / 2) || 1,
      () => client.stream?.pause(),
      () => client.stream?.resume(),
    )
    this.#inbox = inbox
    client.on('messageBuffer', (channel: Buffer, message: Buffer) => inbox.push({ channel, message }))
    client.on('pmessageBuffer', (_pattern: unknown, channel: Buffer, message: Buffer) =>
      inbox.push({ channel, message }),
    )
    client.on('close', () => inbox.fail(new Error('the connection was lost')))
    if (patterns) await client.psubscribe(...names)
    else await client.subscribe(...names)
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
