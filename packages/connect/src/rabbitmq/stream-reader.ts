/**
 * `StreamReader`: reads a stream in its order. Made by `stream`.
 *
 * Its place is the offset of the last message. A run that goes on asks for that message once more and passes it over: a
 * stream that answers with nothing, or with a later one, is not what it was. A batch is one message: a run that goes on has
 * nothing to pass over.
 */

import type { Clock } from '@millrace/core'
import type { Channel, ConsumeMessage } from 'amqplib'
import { MessagesMissedError } from '../errors.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { type Line, plain, rabbitmqLink } from './connection.ts'
import { ensureQueue, type QueueDeclaration } from './declare.ts'
import type { RabbitmqAddress } from './options.ts'
import { type DecodeData, itemOf, type RabbitmqStreamMessage } from './records.ts'

/** What is read, and how. */
export interface StreamReading<Data> {
  readonly address: RabbitmqAddress
  readonly name: string
  readonly from: 'start' | 'now' | number
  readonly prefetch: number
  readonly declare: boolean | QueueDeclaration | undefined
  readonly decode: DecodeData<Data>
}

/** Offset of the last message; before the first one the moment from which on messages are wanted, in s since the epoch. */
type Place = number | { readonly sinceS: number }

interface Client extends Line<Channel> {
  readonly inbox: Inbox<ConsumeMessage>
}

/** How long a stream may take to give the message after which a run goes on, in ms. A stream that has it does so at once. */
const ANSWER_MS = 20_000

export class StreamReader<Data> implements Reader<RabbitmqStreamMessage<Data>> {
  readonly #reading: StreamReading<Data>
  readonly #link: Link<Client>
  #inbox: Inbox<ConsumeMessage> | undefined
  #place: Place | undefined
  #hadConnection = false

  constructor(reading: StreamReading<Data>, clock: Clock) {
    this.#reading = reading
    this.#link = rabbitmqLink(reading.address, clock, plain, (line) => this.#consume(line))
  }

  async #consume(line: Line<Channel>): Promise<Client> {
    const { name, prefetch, declare } = this.#reading
    const { channel } = line
    await ensureQueue(channel, name, declare)
    await channel.prefetch(prefetch)
    const inbox = new Inbox<ConsumeMessage>(prefetch)
    this.#inbox = inbox
    let answered = (_: ConsumeMessage): void => undefined
    let failed = (_: unknown): void => undefined
    const answer = new Promise<ConsumeMessage>((resolve, reject) => {
      answered = resolve
      failed = reject
    })
    answer.catch(() => undefined) // nobody waits for it where a run begins
    const lose = (error: unknown): void => {
      inbox.fail(error)
      failed(error)
    }
    line.onLost(lose)
    await channel.consume(
      name,
      (message) => {
        if (message === null) lose(new Error(`stream ${name} was removed`))
        else {
          answered(message)
          inbox.push(message)
        }
      },
      { arguments: { 'x-stream-offset': this.#offset() } },
    )
    this.#hadConnection = true
    if (typeof this.#place === 'number') await sameStream(name, this.#place, answer)
    return { ...line, inbox }
  }

  /** Where the server is to begin. */
  #offset(): unknown {
    const { from } = this.#reading
    if (typeof this.#place === 'number') return this.#place
    if (this.#place !== undefined && this.#hadConnection)
      return { '!': 'timestamp', value: this.#place.sinceS }
    return from === 'start' ? 'first' : from === 'now' ? 'next' : from
  }

  async *read(from: unknown): AsyncGenerator<Placed<RabbitmqStreamMessage<Data>>, void, undefined> {
    const { name, prefetch, decode } = this.#reading
    this.#place = from as Place | undefined
    if (this.#place !== undefined) this.#hadConnection = true
    else if (this.#reading.from === 'now') {
      this.#place = { sinceS: Math.floor(Date.now() / 1000) }
      yield { items: [], place: this.#place }
    }
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
        const offset = offsetOf(message)
        // the one after which it goes on
        if (typeof this.#place === 'number' && offset <= this.#place) continue
        this.#place = offset
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

function offsetOf({ properties }: ConsumeMessage): number {
  return Number(properties.headers?.['x-stream-offset'])
}

/** @throws {MessagesMissedError} unless the stream begins with the message at `place`, as it was asked to. */
async function sameStream(name: string, place: number, answer: Promise<ConsumeMessage>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_MS)
  })
  const first = await Promise.race([answer, late]).finally(() => clearTimeout(timer))
  if (first === undefined) {
    throw new MessagesMissedError(
      `Stream ${name} has nothing at offset ${place}, up to which it was read: it was removed and made again`,
      'Begin again from its start, without the checkpoint.',
    )
  }
  const offset = offsetOf(first)
  if (offset <= place + 1) return
  throw new MessagesMissedError(
    `Stream ${name} was read up to offset ${place}, and now begins at ${offset}: what was between was removed unread`,
    'Let its limits (x-max-age, x-max-length-bytes) reach further back than a reader may stay away, and begin again ' +
      'without the checkpoint.',
  )
}
