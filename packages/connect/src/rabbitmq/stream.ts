/** `stream`: the messages of a RabbitMQ stream. */

import { type BatchSourceTerm, type Clock, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import type { Channel, ConsumeMessage } from 'amqplib'
import { checkName } from '../support/check-name.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import { type Placed, PlacedReaderSource, type Reader } from '../support/reader-source.ts'
import { checkPrefetch } from './check-prefetch.ts'
import { type Line, plain, rabbitmqLink } from './connection.ts'
import { checkQueueDeclaration, ensureQueue, type QueueDeclaration } from './declare.ts'
import { RABBITMQ_OPTIONS, type RabbitmqAddress, type RabbitmqOptions, rabbitmqAddress } from './options.ts'
import { asBytes, asText, type DecodeData, itemOf, type RabbitmqMessage } from './records.ts'

/** A message of a stream. */
export interface RabbitmqStreamMessage<Data = string> extends RabbitmqMessage<Data> {
  /** Its place in the stream. */
  readonly offset: number
}

/** Options of {@link stream}. */
export interface StreamOptions extends RabbitmqOptions {
  /** Where a new run begins: at the `start` (the default), at what comes from `now` on, or at this offset. */
  readonly from?: 'start' | 'now' | number
  /** Messages that the server sends ahead, and that are held here, at most; 1 to 65,535. Default 200. */
  readonly prefetch?: number
  /** Makes the stream if it is not there; a record says how. Default false: one that is missing is an error. */
  readonly declare?: boolean | QueueDeclaration
  /** Gives `data` as bytes. Default: as text; a message that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/**
 * A source of the messages of a RabbitMQ stream (a queue of type `stream`, from RabbitMQ 3.9 on), in their order, with their
 * `offset`: exactly once from a checkpoint on.
 *
 * Its position is the offset of the last message; the server forgets nothing because of it. It takes up to `prefetch`
 * messages, and the rest of a chunk as the server stored it, while there is room downstream, and waits for more when there
 * are none: it never ends by itself. What the stream's
 * limits removed before it was read is missed: they should reach further back than a reader may stay away.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses or has no such stream, a `ConnectionLostError` if it cannot be reached, a `BadInputError` for data that are not
 * UTF-8.
 *
 * @example
 * ```ts needs=rabbitmq no-run
 * import { run } from 'millrace'
 * import { stream } from 'millrace/connect/rabbitmq'
 * import { map, print } from 'millrace/terms'
 *
 * const amounts = stream('orders').pipe(
 *   map(({ data }: { data: string }) => (JSON.parse(data) as { amount: number }).amount).onFailure({ onError: 'skip' }),
 * )
 * await run(amounts.pipe(print()), { checkpoint: { dir: 'kept' } }).done
 * ```
 */
export function stream(
  name: string,
  options: StreamOptions & { readonly binary: true },
): BatchSourceTerm<RabbitmqStreamMessage<Buffer>>
export function stream(name: string, options?: StreamOptions): BatchSourceTerm<RabbitmqStreamMessage>
export function stream(
  name: string,
  options: StreamOptions = {},
): BatchSourceTerm<RabbitmqStreamMessage<Buffer>> | BatchSourceTerm<RabbitmqStreamMessage> {
  checkName('name of stream()', name)
  checkOptions('stream', options, {
    ...RABBITMQ_OPTIONS,
    from: true,
    prefetch: true,
    declare: true,
    binary: true,
  })
  const { binary = false } = options
  checkBoolean('binary of stream()', binary)
  return binary ? sourceOf(name, options, asBytes) : sourceOf(name, options, asText)
}

interface StreamReading<Data> {
  readonly address: RabbitmqAddress
  readonly name: string
  readonly from: 'start' | 'now' | number
  readonly prefetch: number
  readonly declare: boolean | QueueDeclaration | undefined
  readonly decode: DecodeData<Data>
}

function sourceOf<Data>(
  name: string,
  options: StreamOptions,
  decode: DecodeData<Data>,
): BatchSourceTerm<RabbitmqStreamMessage<Data>> {
  const { from = 'start', prefetch = 200, declare } = options
  checkPrefetch('stream', prefetch)
  checkQueueDeclaration('stream', declare)
  if (from !== 'start' && from !== 'now' && !(Number.isSafeInteger(from) && from >= 0)) {
    throw new InvalidOptionError('from of stream()', from, '"start", "now" or an offset')
  }
  const address = rabbitmqAddress('stream', options)
  return new StreamSource({ address, name, from, prefetch, declare: asStream(declare), decode })
}

function asStream(declare: boolean | QueueDeclaration | undefined): false | QueueDeclaration {
  if (declare === undefined || declare === false) return false
  const given = declare === true ? {} : declare
  return { ...given, arguments: { ...given.arguments, 'x-queue-type': 'stream' } }
}

class StreamSource<Data> extends PlacedReaderSource<RabbitmqStreamMessage<Data>> {
  override name = 'stream'
  readonly #reading: StreamReading<Data>

  constructor(reading: StreamReading<Data>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RabbitmqStreamMessage<Data>> {
    return new StreamReader(this.#reading, clock)
  }
}

interface Client extends Line<Channel> {
  readonly inbox: Inbox<ConsumeMessage>
}

/** A batch is one message: a run that goes on has nothing to pass over. */
class StreamReader<Data> implements Reader<RabbitmqStreamMessage<Data>> {
  readonly #reading: StreamReading<Data>
  readonly #link: Link<Client>
  #inbox: Inbox<ConsumeMessage> | undefined
  /** Offset of the last message; before the first one `undefined`. */
  #last: number | undefined

  constructor(reading: StreamReading<Data>, clock: Clock) {
    this.#reading = reading
    this.#link = rabbitmqLink(reading.address, clock, plain, (line) => this.#consume(line))
  }

  async #consume(line: Line<Channel>): Promise<Client> {
    const { name, prefetch, declare, from } = this.#reading
    const { channel } = line
    await ensureQueue(channel, name, declare)
    await channel.prefetch(prefetch)
    const inbox = new Inbox<ConsumeMessage>(prefetch)
    this.#inbox = inbox
    line.onLost((error) => inbox.fail(error))
    const named = from === 'start' ? 'first' : from === 'now' ? 'next' : from
    const offset = this.#last === undefined ? named : this.#last + 1
    await channel.consume(
      name,
      (message) => {
        if (message === null) inbox.fail(new Error(`stream ${name} was removed`))
        else inbox.push(message)
      },
      { arguments: { 'x-stream-offset': offset } },
    )
    return { ...line, inbox }
  }

  async *read(from: unknown): AsyncGenerator<Placed<RabbitmqStreamMessage<Data>>, void, undefined> {
    const { name, prefetch, decode } = this.#reading
    this.#last = from as number | undefined
    let given: { readonly by: Client; readonly last: ConsumeMessage } | undefined
    while (!this.#link.isOver) {
      const { client, messages } = await this.#link.call(async (client) => {
        // which asks for as many more; the stream keeps them all the same
        if (given?.by === client) client.channel.ack(given.last, true)
        given = undefined
        return { client, messages: await client.inbox.take(Math.ceil(prefetch / 2)) }
      })
      const last = messages.at(-1)
      if (last !== undefined) given = { by: client, last }
      for (const message of messages) {
        const offset = Number(message.properties.headers?.['x-stream-offset'])
        // the server sends whole chunks, which may begin earlier
        if (this.#last !== undefined && offset <= this.#last) continue
        this.#last = offset
        yield { items: [{ ...itemOf(name, message, decode), offset }], place: offset }
      }
    }
  }

  stop(): void {
    this.#inbox?.end()
    void this.#link.end()
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}
