/** `JetStreamReader`: reads a stream of JetStream from a sequence on. Made by `jetStream`. */

import type { Clock } from '@millrace/core'
import type {
  ConsumerMessages,
  Heartbeat,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { MessagesMissedError } from '../errors.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import { loadClient } from '../support/load-client.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { ANSWER_MS, natsLink } from './connection.ts'
import type { NatsAddress } from './options.ts'
import { type DecodeData, headersOf, type JetStreamMessage } from './records.ts'

/** What is read, and how. */
export interface JetStreamReading<Data> {
  readonly address: NatsAddress
  readonly stream: string
  readonly subject: string | undefined
  readonly from: 'start' | 'now' | number
  readonly missing: 'fail' | 'skip'
  readonly batchItems: number
  readonly decode: DecodeData<Data>
}

/** Behind the message with this sequence; before that, the sequences of messages to give first. */
interface Place {
  readonly after: number
  /** The stream has not come that far: nothing was read up to there. */
  readonly isAhead?: boolean
  readonly sequences?: readonly number[]
}

/** For how long the server keeps a consumer that nobody reads: what a killed process leaves behind, in ms. */
const INACTIVE_MS = 30_000

interface Client {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly js: JetStreamClient
  /** What is being read, once it has begun. */
  consuming?: Consuming
}

interface Consuming {
  readonly name: string
  readonly inbox: Inbox<JsMsg | Heartbeat>
  /** How many it has given: a gap shows that some were lost on the way. */
  given: number
  /** The graph was busy for so long that the client has taken the server for gone. */
  isStalled: boolean
}

/** What came, and how far the stream is read with that. */
interface Next<Data> {
  readonly items: readonly JetStreamMessage<Data>[]
  readonly after: number
}

export class JetStreamReader<Data> implements Reader<JetStreamMessage<Data>> {
  readonly #reading: JetStreamReading<Data>
  readonly #link: Link<Client>
  #inbox: Inbox<JsMsg | Heartbeat> | undefined

  constructor(reading: JetStreamReading<Data>, clock: Clock) {
    this.#reading = reading
    this.#link = natsLink<Client>(
      reading.address,
      clock,
      async (connection) => {
        const { jetstream } = await loadClient(
          'nats',
          '@nats-io/jetstream',
          () => import('@nats-io/jetstream'),
        )
        const js = jetstream(connection, { timeout: ANSWER_MS })
        return { connection, js, manager: await js.jetstreamManager() }
      },
      ({ manager, consuming }) =>
        consuming === undefined
          ? Promise.resolve()
          : manager.consumers.delete(reading.stream, consuming.name),
    )
  }

  async *read(from: unknown): AsyncGenerator<Placed<JetStreamMessage<Data>>, void, undefined> {
    let place = (from as Place | undefined) ?? (await this.#first())
    // from here on a run goes on, also if nothing has come yet
    if (from === undefined) yield { items: [], place }
    if (place.sequences !== undefined) {
      const { after, sequences } = place
      const items = await this.#link.call((client) => this.#again(client, sequences))
      yield placed(items, sequences, after)
      place = { after: sequences.at(-1) ?? after }
    }
    // of a stream that is read from its start, all that was before was never asked for
    let isBegun = from !== undefined || this.#reading.from === 'now'
    while (!this.#link.isOver) {
      const before = place
      const { items, after } = await this.#link.call((client) => this.#next(client, before, isBegun))
      if (after === before.after) continue
      isBegun = true
      place = { after }
      const sequences = items.map(({ sequence }) => sequence)
      // of the messages that are passed over, too, none is missing if they are removed later
      yield items.length === 0 ? { items, place } : { ...placed(items, sequences, before.after), place }
    }
  }

  /** Where a new run begins: what was removed before is not missed. */
  #first(): Promise<Place> {
    const { from, stream } = this.#reading
    return this.#link.call(async ({ manager }) => {
      const { first_seq, last_seq } = (await manager.streams.info(stream)).state
      if (from === 'now') return { after: last_seq }
      const after = Math.max(first_seq, from === 'start' ? 1 : from) - 1
      return after > last_seq ? { after, isAhead: true } : { after }
    })
  }

  /** The messages with these sequences; `undefined` for those that are gone. */
  #again({ manager }: Client, sequences: readonly number[]): Promise<(JetStreamMessage<Data> | undefined)[]> {
    return Promise.all(
      sequences.map(async (sequence) => {
        const message = await manager.streams.getMessage(this.#reading.stream, { seq: sequence })
        if (message === null) return undefined
        const { subject, data, header, time } = message
        return this.#item(sequence, time.getTime(), subject, data, header)
      }),
    )
  }

  #item(
    sequence: number,
    time: number,
    subject: string,
    data: Uint8Array,
    headers: JsMsg['headers'],
  ): JetStreamMessage<Data> {
    const { decode, stream } = this.#reading
    const text = decode(data, () => `Message ${sequence} of stream ${stream}`)
    return { subject, sequence, time, data: text, ...headersOf(headers) }
  }

  /** What is there behind a place; waits for the first message, or a sign of how far the stream was looked through. */
  async #next(client: Client, place: Place, isBegun: boolean): Promise<Next<Data>> {
    const stalled = client.consuming
    if (stalled?.isStalled === true && stalled.inbox.size === 0) {
      delete client.consuming
      await client.manager.consumers.delete(this.#reading.stream, stalled.name)
    }
    client.consuming ??= await this.#consume(client, place, isBegun)
    const { consuming } = client
    let { after } = place
    const items: JetStreamMessage<Data>[] = []
    for (const part of await consuming.inbox.take(this.#window)) {
      if (!('lastStreamSequence' in part)) {
        items.push(this.#taken(consuming, part))
        after = part.seq
      } else if (part.lastConsumerSequence <= consuming.given) {
        after = Math.max(after, part.lastStreamSequence)
      }
    }
    return { items, after }
  }

  /** A quarter of what may be held: asked for, come, being given, and pulled ahead by the engine. */
  get #window(): number {
    return Math.ceil(this.#reading.batchItems / 4)
  }

  #taken(consuming: Consuming, message: JsMsg): JetStreamMessage<Data> {
    const { info, subject, data, headers, seq } = message
    if (info.deliverySequence !== ++consuming.given) throw new Error('messages were lost on the way')
    return this.#item(seq, Math.floor(info.timestampNanos / 1e6), subject, data, headers)
  }

  async #consume({ manager, js }: Client, place: Place, isBegun: boolean): Promise<Consuming> {
    const { stream, subject } = this.#reading
    if (isBegun) await this.#checkThere(manager, place)
    const info = await manager.consumers.add(stream, {
      ack_policy: 'none',
      deliver_policy: 'by_start_sequence',
      opt_start_seq: place.after + 1,
      inactive_threshold: INACTIVE_MS * 1e6,
      mem_storage: true,
      ...(subject === undefined ? {} : { filter_subject: subject }),
    })
    const messages = await js.consumers.getConsumerFromInfo(info).consume({
      max_messages: this.#window,
      expires: ANSWER_MS,
      idle_heartbeat: ANSWER_MS / 4,
    })
    const inbox = inboxOf(messages, this.#window)
    const consuming = { name: info.name, inbox, given: 0, isStalled: false }
    void watch(messages, consuming)
    this.#inbox = inbox
    if (this.#link.isOver) inbox.end()
    return consuming
  }

  /** @throws {MessagesMissedError} if messages behind the last one that was read are gone, unless they may be. */
  async #checkThere(manager: JetStreamManager, { after, isAhead = false }: Place): Promise<void> {
    const { stream, subject, missing } = this.#reading
    const { first_seq, last_seq } = (await manager.streams.info(stream)).state
    if (last_seq < after && !isAhead) {
      throw new MessagesMissedError(
        `Stream ${stream} ends at ${last_seq}, before message ${after}, which was read: it was made again`,
        'Begin a new run, without its checkpoints.',
      )
    }
    if (missing === 'skip' || first_seq <= after + 1) return
    throw new MessagesMissedError(
      subject === undefined
        ? `Stream ${stream} begins at ${first_seq}: messages from ${after + 1} on were removed before they were read`
        : `Stream ${stream} begins at ${first_seq}: messages from ${after + 1} on were removed, and those of ${subject} among them, if there were some, before they were read`,
      'Raise its limits, or pass over them with missing: "skip".',
    )
  }

  stop(): void {
    this.#inbox?.end()
    void this.#link.end()
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

function placed<Item>(
  items: readonly (Item | undefined)[],
  sequences: readonly number[],
  after: number,
): Placed<Item> {
  return { items, place: { after: sequences.at(-1) ?? after }, begin: { after, sequences } }
}

/** What the client says of a consumer that the server no longer serves. */
const GONE = ['heartbeats_missed', 'consumer_not_found', 'consumer_deleted', 'stream_not_found']

/**
 * Passes on how far the server has looked, and ends what it no longer serves: then it is begun again. While the graph is busy
 * nothing is asked for, so no heartbeat comes either; the connection is then as good as before.
 */
async function watch(messages: ConsumerMessages, consuming: Consuming): Promise<void> {
  for await (const status of messages.status()) {
    if (status.type === 'heartbeat') consuming.inbox.push(status)
    if (!GONE.includes(status.type)) continue
    if (status.type === 'heartbeats_missed' && consuming.inbox.isFull) consuming.isStalled = true
    messages.stop()
  }
}

/** Holds what has come; while it is full, the client asks for no more. */
function inboxOf(messages: ConsumerMessages, capacity: number): Inbox<JsMsg | Heartbeat> {
  let room = Promise.resolve()
  let go = (): void => undefined
  const pause = (): void => {
    room = new Promise((resolve) => {
      go = resolve
    })
  }
  const inbox = new Inbox<JsMsg | Heartbeat>(capacity, pause, () => go())
  const pump = async (): Promise<void> => {
    for await (const message of messages) {
      inbox.push(message)
      await room
    }
  }
  const lost = (): void => inbox.fail(new Error('the connection was lost'))
  pump().then(lost, (error: unknown) => inbox.fail(error))
  return inbox
}
