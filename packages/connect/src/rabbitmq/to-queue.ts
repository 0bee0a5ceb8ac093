/** `toQueue` and `toExchange`: send items to RabbitMQ. */

import { BadInputError, type Context, describe, type SinkTerm } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import type { ConfirmChannel } from 'amqplib'
import { type BatchOptions, batchingOf } from '../support/batcher.ts'
import { checkName } from '../support/check-name.ts'
import { type Writer, WriterSink, type Written } from '../support/writer-sink.ts'
import { checkKey, checkProperties } from './check-outgoing.ts'
import { ConfirmedWriter, type Entry, NoRouteError, QueueGoneError, type Target } from './confirmed-writer.ts'
import {
  checkExchangeDeclaration,
  checkQueueDeclaration,
  type ExchangeDeclaration,
  ensureExchange,
  ensureQueue,
  type QueueDeclaration,
} from './declare.ts'
import { RABBITMQ_OPTIONS, type RabbitmqAddress, type RabbitmqOptions, rabbitmqAddress } from './options.ts'
import type { RabbitmqProperties } from './records.ts'

/** Options of {@link toQueue}. */
export interface ToQueueOptions extends RabbitmqOptions, BatchOptions {
  /** Makes the queue if it is not there; a record says how. Default false: one that is missing is an error. */
  readonly declare?: boolean | QueueDeclaration
  /** Messages outlive a restart of the server, in a queue that does. Default true. */
  readonly persistent?: boolean
}

/** Options of {@link toExchange}. */
export interface ToExchangeOptions extends RabbitmqOptions, BatchOptions {
  /** Makes the exchange if it is not there; a record says how. Default false: one that is missing is an error. */
  readonly declare?: boolean | ExchangeDeclaration
  /** A message for which no queue is bound fails the run. Default false: the server drops it. */
  readonly mandatory?: boolean
  /** Messages outlive a restart of the server, in a queue that does. Default true. */
  readonly persistent?: boolean
}

/** What {@link toQueue} takes. */
export interface RabbitmqOutgoing {
  readonly data: string | Uint8Array
  readonly properties?: RabbitmqProperties
}

/** What {@link toExchange} takes. */
export interface RabbitmqRouted extends RabbitmqOutgoing {
  readonly routingKey: string
}

/**
 * A sink that puts each item `{ data, properties? }` into a RabbitMQ queue: at least once.
 *
 * Messages are sent in batches of `batchItems` (500), the first of which waits `batchMs` (200 ms) at most; a batch is done
 * once the server has confirmed each message, and the writers are held back while one is under way. What was not confirmed
 * when the connection was cut is sent again, as is what came after the checkpoint where a run goes on: it may then be there
 * twice. What a full queue refuses is tried again, as often as `reconnect` says. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no message fails with a `BadInputError`; a
 * run fails with a `ConnectionDeniedError` if the server refuses or has no such queue, a `ConnectionLostError` if it cannot
 * be reached.
 *
 * @example
 * ```ts needs=rabbitmq
 * import { run } from 'millrace'
 * import { toQueue } from 'millrace/connect/rabbitmq'
 * import { fromIterable } from 'millrace/terms'
 *
 * const declare = { durable: false, arguments: { 'x-expires': 60_000 } }
 * const sink = toQueue(`mails-${process.pid}-${Date.now()}`, { declare })
 * console.log((await run(fromIterable([{ data: 'hello' }]).pipe(sink)).done).result(sink)) // { messages: 1 }
 * ```
 */
export function toQueue(name: string, options: ToQueueOptions = {}): SinkTerm<RabbitmqOutgoing, Written> {
  checkName('name of toQueue()', name)
  checkOptions('toQueue', options, SINK_OPTIONS)
  checkPersistent('toQueue', options)
  const { declare } = options
  checkQueueDeclaration('toQueue', declare)
  const ensure = (channel: ConfirmChannel): Promise<void> => ensureQueue(channel, name, declare)
  const target = {
    exchange: '',
    key: name,
    ensure,
    isMandatory: true,
    returned: () => new QueueGoneError(name),
  }
  return new Publishing('toQueue', target, options)
}

/**
 * A sink that publishes each item `{ routingKey, data, properties? }` to a RabbitMQ exchange: at least once.
 *
 * As {@link toQueue}, but the exchange chooses the queues. A message for which there is none is dropped by the server, as
 * with any exchange, or fails the run with `mandatory`. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no message fails with a `BadInputError`; a
 * run fails with a `ConnectionDeniedError` if the server refuses or has no such exchange, a `ConnectionLostError` if it
 * cannot be reached.
 *
 * @example
 * ```ts needs=rabbitmq
 * import { run } from 'millrace'
 * import { toExchange } from 'millrace/connect/rabbitmq'
 * import { fromIterable } from 'millrace/terms'
 *
 * const sink = toExchange('amq.topic')
 * const readings = fromIterable([{ routingKey: 'sensors.a', data: '21.5' }])
 * console.log((await run(readings.pipe(sink)).done).result(sink)) // { messages: 1 }
 * ```
 */
export function toExchange(name: string, options: ToExchangeOptions = {}): SinkTerm<RabbitmqRouted, Written> {
  checkName('name of toExchange()', name)
  checkOptions('toExchange', options, { ...SINK_OPTIONS, mandatory: true })
  checkPersistent('toExchange', options)
  const { declare, mandatory = false } = options
  checkBoolean('mandatory of toExchange()', mandatory)
  checkExchangeDeclaration('toExchange', declare)
  const ensure = (channel: ConfirmChannel): Promise<void> => ensureExchange(channel, name, declare)
  const returned = (key: string): Error => new NoRouteError(name, key)
  const target = { exchange: name, key: undefined, ensure, isMandatory: mandatory, returned }
  return new Publishing<RabbitmqRouted>('toExchange', target, options)
}

type SinkOptions = ToQueueOptions | ToExchangeOptions

const SINK_OPTIONS = {
  ...RABBITMQ_OPTIONS,
  batchItems: true,
  batchMs: true,
  declare: true,
  persistent: true,
} as const

function checkPersistent(owner: string, { persistent }: SinkOptions): void {
  if (persistent !== undefined) checkBoolean(`persistent of ${owner}()`, persistent)
}

class Publishing<in Item extends RabbitmqOutgoing> extends WriterSink<Item, Entry, { messages: number }> {
  readonly #target: Target
  readonly #address: RabbitmqAddress
  readonly #persistent: boolean

  constructor(name: string, target: Target, options: SinkOptions) {
    super(batchingOf(name, options))
    this.name = name
    this.#target = target
    this.#address = rabbitmqAddress(name, options)
    this.#persistent = options.persistent ?? true
  }

  override initialState(): { messages: number } {
    return { messages: 0 }
  }

  protected override writer({ clock }: Context<{ messages: number }, never>): Writer<Entry> {
    return new ConfirmedWriter(this.#address, clock, this.#target)
  }

  protected override entry(item: Item): Entry {
    const isRecord = typeof item === 'object' && item !== null
    const { data, properties, routingKey } = (isRecord ? item : {}) as Partial<RabbitmqRouted>
    const key = this.#target.key ?? routingKey
    if (typeof key === 'string' && (typeof data === 'string' || data instanceof Uint8Array)) {
      checkKey(this.name, key)
      checkProperties(this.name, properties)
      return {
        key,
        content: Buffer.from(data as string),
        options: { ...properties, persistent: this.#persistent },
      }
    }
    const takes = this.#target.key === undefined ? '{ routingKey, data }' : '{ data }'
    throw new BadInputError(
      `${this.name}() takes ${takes} with data as text or bytes, but got ${describe(item)}.`,
    )
  }
}
