/** `publish` and `toJetStream`: send items to NATS. */

import { createHash, randomUUID } from 'node:crypto'
import { BadInputError, type Clock, type Context, describe, type SinkTerm } from '@millrace/core'
import { checkFunction, checkOptions } from '@millrace/core/engine'
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { ConnectionDeniedError } from '../errors.ts'
import { type BatchOptions, batchingOf } from '../support/batcher.ts'
import { checkName } from '../support/check-name.ts'
import type { Link } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import { type Writer, WriterSink, type Written } from '../support/writer-sink.ts'
import { ANSWER_MS, natsLink } from './connection.ts'
import { NATS_OPTIONS, type NatsAddress, type NatsOptions, natsAddress } from './options.ts'
import { checkOutgoing, type NatsOutgoing, sending } from './records.ts'

/** Options of {@link publish}. */
export interface NatsPublishOptions extends NatsOptions, BatchOptions {}

/** Options of {@link toJetStream}. */
export interface ToJetStreamOptions extends NatsOptions, BatchOptions {
  /** The stream that is to take the messages: another one, or none, is an error. Default: whichever takes the subject. */
  readonly stream?: string
  /**
   * The id by which the server knows a message that it has already. Default: made of the run, the item's number and its
   * content.
   */
  readonly id?: (item: NatsOutgoing) => string
}

/** A message with what is known of it. */
interface Entry {
  readonly message: NatsOutgoing
  readonly id?: string
}

/** State of the sinks: who they are, in all attempts of the run, and how much they have sent. */
interface State {
  readonly epoch: string
  messages: number
}

/**
 * A sink that publishes each item `{ subject, data, headers? }` on NATS: the server gets it at least once, those who listen
 * then at most once.
 *
 * Messages are sent in batches of `batchItems` (500), the first of which waits `batchMs` (200 ms) at most; a batch is done
 * once the server has answered, and the writers are held back while one is under way. If the connection is cut in between
 * the batch is sent again. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no message fails with a `BadInputError`; a
 * run fails with a `ConnectionDeniedError` if the server refuses, a `ConnectionLostError` if it cannot be reached.
 *
 * @example
 * ```ts needs=nats
 * import { run } from 'millrace'
 * import { publish } from 'millrace/connect/nats'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const sink = publish()
 * const prices = fromIterable([12, 13]).pipe(map((price) => ({ subject: 'prices.tea', data: String(price) })))
 * console.log((await run(prices.pipe(sink)).done).result(sink)) // { messages: 2 }
 * ```
 */
export function publish(options: NatsPublishOptions = {}): SinkTerm<NatsOutgoing, Written> {
  checkOptions('publish', options, { ...NATS_OPTIONS, batchItems: true, batchMs: true })
  return new Publishing('publish', natsAddress('publish', options), options)
}

/**
 * A sink that stores each item `{ subject, data, headers? }` in the JetStream stream that takes its subject: exactly once
 * within the stream's window of duplicates (`duplicate_window`, 2 minutes unless it is set otherwise), at least once
 * beyond it.
 *
 * Each message has an id (`Nats-Msg-Id`), and the server passes over one that it has had within the window: what was under way
 * when the connection was cut, and what a run that goes on from a checkpoint sends again. So the window should be longer
 * than it takes until a run that died goes on. The default id is made of the run, the item's number and its content: where
 * a resumed run gives its items in another order (behind `merge`), some may be there twice, and none is lost. An `id` of your
 * own, of an order's number say, holds in any order and over several runs.
 *
 * Messages are sent in batches of `batchItems` (500), the first of which waits `batchMs` (200 ms) at most; a batch is done
 * once the server has stored all, and the writers are held back while one is under way. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no message fails with a `BadInputError`; a
 * run fails with a `ConnectionDeniedError` if the server refuses or no stream takes the subject, a `ConnectionLostError` if
 * the server cannot be reached.
 *
 * @example
 * ```ts needs=nats no-run
 * import { run } from 'millrace'
 * import { toJetStream } from 'millrace/connect/nats'
 * import { map, ndjson } from 'millrace/terms'
 *
 * const orders = ndjson<{ id: number }>('orders.ndjson')
 * const messages = map((order: { id: number }) => ({ subject: `orders.${order.id}`, data: JSON.stringify(order) }))
 * await run(orders.pipe(messages, toJetStream({ stream: 'ORDERS', id: ({ subject }) => subject }))).done
 * ```
 */
export function toJetStream(options: ToJetStreamOptions = {}): SinkTerm<NatsOutgoing, Written> {
  checkOptions('toJetStream', options, {
    ...NATS_OPTIONS,
    batchItems: true,
    batchMs: true,
    stream: true,
    id: true,
  })
  if (options.stream !== undefined) checkName('stream of toJetStream()', options.stream)
  if (options.id !== undefined) checkFunction('toJetStream', options.id)
  return new Storing('toJetStream', natsAddress('toJetStream', options), options)
}

class Publishing extends WriterSink<NatsOutgoing, Entry, State> {
  protected readonly address: NatsAddress

  constructor(name: string, address: NatsAddress, options: BatchOptions) {
    super(batchingOf(name, options))
    this.name = name
    this.address = address
  }

  override initialState(): State {
    return { epoch: randomUUID(), messages: 0 }
  }

  protected override writer({ clock }: Context<State, never>): Writer<Entry> {
    return new NatsWriter(this.address, clock)
  }

  protected override entry(message: NatsOutgoing, _ctx: Context<State, never>): Entry {
    checkOutgoing(this.name, message)
    return { message }
  }
}

class Storing extends Publishing {
  readonly #stream: string | undefined
  readonly #id: ((item: NatsOutgoing) => string) | undefined

  constructor(name: string, address: NatsAddress, options: ToJetStreamOptions) {
    super(name, address, options)
    this.#stream = options.stream
    this.#id = options.id
  }

  protected override writer({ clock }: Context<State, never>): Writer<Entry> {
    return new JetStreamWriter(this.address, clock, this.#stream)
  }

  protected override entry(message: NatsOutgoing, ctx: Context<State, never>): Entry {
    checkOutgoing(this.name, message)
    const id = this.#id === undefined ? numbered(message, ctx.state) : this.#id(message)
    if (typeof id === 'string' && id !== '') return { message, id }
    throw new BadInputError(
      `id of toJetStream() must give a text that is not empty, but gave ${describe(id)}.`,
    )
  }
}

/** Two items never share it, also if a resumed run gives them in another order. */
function numbered({ subject, data, headers }: NatsOutgoing, { epoch, messages }: State): string {
  const content = createHash('sha1').update(subject).update('\0').update(data)
  if (headers !== undefined) content.update(JSON.stringify(headers))
  return `${epoch}-${messages}-${content.digest('base64url').slice(0, 16)}`
}

interface Client {
  readonly connection: NatsConnection
  headers(): MsgHdrs
}

async function clientOf(connection: NatsConnection): Promise<Client> {
  const { headers } = await import('@nats-io/transport-node')
  return { connection, headers }
}

/** What the client takes beside subject and data. */
function optionsOf({ message }: Entry, headers: () => MsgHdrs): { headers?: MsgHdrs } {
  if (message.headers === undefined) return {}
  const all = headers()
  for (const [name, values] of Object.entries(message.headers)) {
    for (const value of typeof values === 'string' ? [values] : values) all.append(name, value)
  }
  return { headers: all }
}

interface PublishingClient extends Client {
  /** What the server has said of what was published, first. */
  refusal: { readonly error: Error } | undefined
}

/** Of a message that it does not take, the server says so, and not to which one. */
async function publishingClientOf(connection: NatsConnection): Promise<PublishingClient> {
  const client: PublishingClient = { ...(await clientOf(connection)), refusal: undefined }
  const watch = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === 'error') client.refusal ??= { error: status.error }
    }
  }
  void watch()
  return client
}

/** Publishes, and waits until the server has read it. */
class NatsWriter implements Writer<Entry> {
  readonly #link: Link<PublishingClient>

  constructor(address: NatsAddress, clock: Clock) {
    this.#link = natsLink(address, clock, publishingClientOf)
  }

  async write(batch: readonly Entry[]): Promise<void> {
    await this.#link.call(async (client) => {
      const { connection, headers } = client
      for (const entry of batch) {
        const { message } = entry
        sending(message, () => connection.publish(message.subject, message.data, optionsOf(entry, headers)))
      }
      await connection.flush()
      // what it said before its answer is told in the same turn
      await new Promise(setImmediate)
      if (client.refusal !== undefined) throw client.refusal.error
    })
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

interface StoringClient extends Client {
  readonly js: JetStreamClient
  readonly manager: JetStreamManager
}

/** Publishes, and waits until the stream has stored it. */
class JetStreamWriter implements Writer<Entry> {
  readonly #address: NatsAddress
  readonly #stream: string | undefined
  readonly #link: Link<StoringClient>

  constructor(address: NatsAddress, clock: Clock, stream: string | undefined) {
    this.#address = address
    this.#stream = stream
    this.#link = natsLink(address, clock, async (connection) => {
      const { jetstream } = await loadClient('nats', '@nats-io/jetstream', () => import('@nats-io/jetstream'))
      const js = jetstream(connection, { timeout: ANSWER_MS })
      return { ...(await clientOf(connection)), js, manager: await js.jetstreamManager() }
    })
  }

  /** All are sent at once; those that were not acknowledged are sent again, in their order. */
  async write(batch: readonly Entry[]): Promise<void> {
    let rest = batch
    await this.#link.call(async (client) => {
      const sent = await Promise.allSettled(rest.map((entry) => this.#store(client, entry)))
      const failed = sent.findIndex(({ status }) => status === 'rejected')
      if (failed < 0) return
      rest = rest.filter((_, at) => sent[at]?.status === 'rejected')
      const { reason } = sent[failed] as PromiseRejectedResult
      throw await this.#explained(client, rest[0] as Entry, reason)
    })
  }

  async #store({ js, headers }: StoringClient, entry: Entry): Promise<void> {
    const { message, id } = entry
    await sending(message, () =>
      js.publish(message.subject, message.data, {
        ...optionsOf(entry, headers),
        ...(id === undefined ? {} : { msgID: id }),
        ...(this.#stream === undefined ? {} : { expect: { streamName: this.#stream } }),
      }),
    )
  }

  /** Nothing answers where no stream takes the subject; a cluster that looks for a leader is silent, too. */
  async #explained(
    { connection, manager }: Client & StoringClient,
    { message }: Entry,
    error: unknown,
  ): Promise<unknown> {
    if (connection.isClosed()) return error
    const found = await manager.streams.find(message.subject).catch((reason: unknown) => reason)
    const isNone = found instanceof Error && /no stream/i.test(found.message)
    if (!isNone) return error
    const remedy = `No stream takes the subject ${message.subject}: make one, or look at the subject.`
    return new ConnectionDeniedError(this.#address.server, remedy, error)
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}
