/** `subscribe`: messages of NATS subjects, live. */

import { type BatchSourceTerm, type Clock, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '@millrace/core/engine'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { MessagesMissedError } from '../errors.ts'
import { checkName } from '../support/check-name.ts'
import { Inbox } from '../support/inbox.ts'
import type { Link } from '../support/link.ts'
import { type Placed, type Reader, ReaderSource } from '../support/reader-source.ts'
import { natsLink } from './connection.ts'
import { NATS_OPTIONS, type NatsAddress, type NatsOptions, natsAddress } from './options.ts'
import { asBytes, asText, type DecodeData, headersOf, type NatsMessage } from './records.ts'

/** Options of {@link subscribe}. */
export interface NatsSubscribeOptions extends NatsOptions {
  /** Shares the messages out among all that subscribe with this name. Default: each gets all. */
  readonly queue?: string
  /** Messages held here at most, since NATS cannot be held back. Default 10,000. */
  readonly pendingItems?: number
  /** What becomes of a message that finds no room: the run fails (the default), or it is dropped. */
  readonly overflow?: 'fail' | 'dropNewest'
  /** Gives `data` as bytes. Default: as text; a message that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/**
 * A source of what is published on NATS subjects, as `{ subject, data }`, with `headers` where there are some, live: at most
 * once.
 *
 * What is published while nobody listens, or while the connection is lost, is gone. NATS sends whether the reader keeps up or
 * not: `pendingItems` messages are held here, further ones fail the run, or are dropped with `overflow: 'dropNewest'`. What must not
 * be lost is for a stream (`jetStream`). It never ends by itself, and cannot go on from a checkpoint.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses, a `ConnectionLostError` if it cannot be reached, a `MessagesMissedError` if it is too slow.
 *
 * @example
 * ```ts needs=nats no-run
 * import { run } from 'millrace'
 * import { subscribe } from 'millrace/connect/nats'
 * import { map, print } from 'millrace/terms'
 *
 * const prices = subscribe('prices.*').pipe(map(({ subject, data }) => `${subject} ${data}`))
 * await run(prices.pipe(print())).done
 * ```
 */
export function subscribe(
  subjects: string | readonly string[],
  options: NatsSubscribeOptions & { readonly binary: true },
): BatchSourceTerm<NatsMessage<Uint8Array>>
export function subscribe(
  subjects: string | readonly string[],
  options?: NatsSubscribeOptions,
): BatchSourceTerm<NatsMessage>
export function subscribe(
  subjects: string | readonly string[],
  options: NatsSubscribeOptions = {},
): BatchSourceTerm<NatsMessage<Uint8Array>> | BatchSourceTerm<NatsMessage> {
  const names = typeof subjects === 'string' ? [subjects] : subjects
  if (!Array.isArray(names) || names.length === 0) {
    throw new InvalidOptionError('subjects of subscribe()', subjects, 'a subject or an array of subjects')
  }
  for (const name of names) checkName('A subject of subscribe()', name)
  checkOptions('subscribe', options, {
    ...NATS_OPTIONS,
    queue: true,
    pendingItems: true,
    overflow: true,
    binary: true,
  })
  const { binary = false } = options
  checkBoolean('binary of subscribe()', binary)
  return binary ? sourceOf(names, options, asBytes) : sourceOf(names, options, asText)
}

/** Messages in one batch at most. */
const AT_ONCE = 256

interface Subscribing<Data> {
  readonly address: NatsAddress
  readonly subjects: readonly string[]
  readonly queue: string | undefined
  readonly pendingItems: number
  readonly overflow: 'fail' | 'dropNewest'
  readonly decode: DecodeData<Data>
}

function sourceOf<Data>(
  subjects: readonly string[],
  options: NatsSubscribeOptions,
  decode: DecodeData<Data>,
): BatchSourceTerm<NatsMessage<Data>> {
  const { queue, pendingItems = 10_000, overflow = 'fail' } = options
  if (queue !== undefined) checkName('queue of subscribe()', queue)
  checkWhole('pendingItems of subscribe()', pendingItems, 1)
  if (overflow !== 'fail' && overflow !== 'dropNewest') {
    throw new InvalidOptionError('overflow of subscribe()', overflow, '"fail" or "dropNewest"')
  }
  const address = natsAddress('subscribe', options)
  return new Subscription({ address, subjects, queue, pendingItems, overflow, decode })
}

class Subscription<Data> extends ReaderSource<NatsMessage<Data>> {
  override name = 'subscribe'
  readonly #subscribing: Subscribing<Data>

  constructor(subscribing: Subscribing<Data>) {
    super()
    this.#subscribing = subscribing
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<NatsMessage<Data>> {
    return new SubjectReader(this.#subscribing, clock)
  }
}

interface Listening {
  readonly connection: NatsConnection
  readonly inbox: Inbox<Msg>
}

class SubjectReader<Data> implements Reader<NatsMessage<Data>> {
  readonly #subscribing: Subscribing<Data>
  readonly #link: Link<Listening>
  #inbox: Inbox<Msg> | undefined

  constructor(subscribing: Subscribing<Data>, clock: Clock) {
    this.#subscribing = subscribing
    this.#link = natsLink(subscribing.address, clock, (connection) => this.#listen(connection))
  }

  async *read(): AsyncGenerator<Placed<NatsMessage<Data>>, void, undefined> {
    while (!this.#link.isOver) {
      const messages = await this.#link.call(({ inbox }) => inbox.take(AT_ONCE))
      if (messages.length > 0) yield { items: messages.map((message) => this.#item(message)) }
    }
  }

  #item({ subject, data, headers }: Msg): NatsMessage<Data> {
    const text = this.#subscribing.decode(data, () => `A message of subject ${subject}`)
    return { subject, data: text, ...headersOf(headers) }
  }

  /** Subscribes; the server knows of it once this has resolved. */
  async #listen(connection: NatsConnection): Promise<Listening> {
    const { subjects, queue, pendingItems } = this.#subscribing
    const inbox = new Inbox<Msg>(pendingItems)
    this.#inbox = inbox
    for (const subject of subjects) {
      connection.subscribe(subject, {
        ...(queue === undefined ? {} : { queue }),
        callback: (error, message) => {
          if (error !== null) inbox.fail(error)
          else if (inbox.size < pendingItems) inbox.push(message)
          else if (this.#subscribing.overflow === 'fail') inbox.fail(tooSlow(subject, pendingItems))
        },
      })
    }
    void connection.closed().then((error) => inbox.fail(error ?? new Error('the connection was lost')))
    await connection.flush()
    return { connection, inbox }
  }

  stop(): void {
    this.#inbox?.end()
    void this.#link.end()
  }

  async end(): Promise<void> {
    await this.#link.end()
  }
}

function tooSlow(subject: string, pendingItems: number): MessagesMissedError {
  return new MessagesMissedError(
    `Subject ${subject} has sent more than the graph could take, and ${pendingItems} messages wait already`,
    'Raise pendingItems, share the messages out with queue, drop some with overflow: "dropNewest", or read a stream.',
  )
}
