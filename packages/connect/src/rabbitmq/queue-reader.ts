/**
 * `QueueReader`: consumes a queue and acknowledges what the run has taken charge of. Made by `queue`.
 *
 * A delivery tag belongs to the channel on which it came: each place names its channel, and of others nothing is acknowledged.
 * The server gives what was not acknowledged again, in whatever order, so a batch is one message: a run that goes on has
 * nothing to pass over.
 */

import { randomUUID } from 'node:crypto'
import type { Clock } from '@millrace/core'
import type { Channel, ConsumeMessage } from 'amqplib'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { type Line, plain, rabbitmqLink } from './connection.ts'
import { ensureQueue, type QueueDeclaration } from './declare.ts'
import type { RabbitmqAddress } from './options.ts'
import { type DecodeData, itemOf, type RabbitmqMessage } from './records.ts'

/** What is read, and how. */
export interface QueueReading<Data> {
  readonly address: RabbitmqAddress
  readonly queue: string
  readonly prefetch: number
  readonly declare: boolean | QueueDeclaration | undefined
  readonly decode: DecodeData<Data>
}

/** Up to this delivery on this channel. */
interface Place {
  readonly channel: string
  readonly tag: number
}

interface Client extends Line<Channel> {
  readonly id: string
  readonly inbox: Inbox<ConsumeMessage>
  /** The consumer to which the server sends now. */
  consumer: string
  /** The last delivery before that consumer's first one. */
  consumerSince: number
  taken: number
  acknowledged: number
  /** What it was given and nobody has taken yet will be given again. */
  isLost: boolean
}

export class QueueReader<Data> implements Reader<RabbitmqMessage<Data>> {
  readonly #reading: QueueReading<Data>
  readonly #link: Link<Client>
  #client: Client | undefined
  #isStopped = false

  constructor(reading: QueueReading<Data>, clock: Clock) {
    this.#reading = reading
    this.#link = rabbitmqLink(reading.address, clock, plain, (line) => this.#consume(line))
  }

  async #consume(line: Line<Channel>): Promise<Client> {
    const { queue, prefetch, declare } = this.#reading
    await ensureQueue(line.channel, queue, declare)
    await line.channel.prefetch(prefetch)
    const inbox = new Inbox<ConsumeMessage>(prefetch)
    const start = { id: randomUUID(), consumer: '', consumerSince: 0, taken: 0, acknowledged: 0 }
    const client: Client = { ...line, ...start, isLost: false, inbox }
    line.onLost((error) => lose(client, error))
    client.consumer = await this.#begin(client)
    this.#client = client
    return client
  }

  async #begin(client: Client): Promise<string> {
    const { channel, inbox } = client
    const { queue } = this.#reading
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) lose(client, new Error(`queue ${queue} was removed`))
      else inbox.push(message)
    })
    return consumerTag
  }

  async *read(): AsyncGenerator<Placed<RabbitmqMessage<Data>>, void, undefined> {
    const { queue, prefetch, decode } = this.#reading
    while (!this.#isStopped) {
      const { client, messages } = await this.#link.call(async (client) => {
        await this.#goOn(client)
        return { client, messages: await client.inbox.take(prefetch) }
      })
      for (const message of messages) {
        if (client.isLost) break
        const tag = message.fields.deliveryTag
        client.taken = tag
        yield { items: [itemOf(queue, message, decode)], place: { channel: client.id, tag } }
      }
    }
  }

  /**
   * The server sends no more than `prefetch` messages to a consumer that acknowledges none, and with checkpoints they are
   * acknowledged late. Once the graph has all of them, another consumer takes over on the same channel.
   */
  async #goOn(client: Client): Promise<void> {
    const { taken, acknowledged, consumerSince, channel, consumer } = client
    const open = taken - Math.max(acknowledged, consumerSince)
    if (client.inbox.size > 0 || open < this.#reading.prefetch) return
    client.consumerSince = taken
    client.consumer = await this.#begin(client)
    await channel.cancel(consumer)
  }

  async acknowledge(place: unknown): Promise<void> {
    const { channel: id, tag } = place as Place
    const client = this.#client
    // what another channel was given is given again, and acknowledged then
    if (client?.id !== id || tag <= client.acknowledged) return
    client.acknowledged = tag
    try {
      client.channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, true)
    } catch {
      // the channel is closed: its reader hears of that
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#client?.inbox.end()
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}

function lose(client: Client, error: unknown): void {
  client.isLost = true
  client.inbox.fail(error)
}
