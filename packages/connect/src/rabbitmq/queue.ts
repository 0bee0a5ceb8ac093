/** `queue`: the messages of a RabbitMQ queue. */

import type { BatchSourceTerm, Context } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import { checkName } from '../support/check-name.ts'
import { AcknowledgedReaderSource, type Reader } from '../support/reader-source.ts'
import { checkPrefetch } from './check-prefetch.ts'
import { checkQueueDeclaration, type QueueDeclaration } from './declare.ts'
import { RABBITMQ_OPTIONS, type RabbitmqOptions, rabbitmqAddress } from './options.ts'
import { QueueReader, type QueueReading } from './queue-reader.ts'
import { asBytes, asText, type DecodeData, type RabbitmqMessage } from './records.ts'

/** Options of {@link queue}. */
export interface QueueOptions extends RabbitmqOptions {
  /** Messages that the server sends ahead, and that are held here, at most; 1 to 65,535. Default 200. */
  readonly prefetch?: number
  /** Makes the queue if it is not there; a record says how. Default false: one that is missing is an error. */
  readonly declare?: boolean | QueueDeclaration
  /** Gives `data` as bytes. Default: as text; a message that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/**
 * A source of the messages of a RabbitMQ queue, as `{ data, exchange, routingKey, redelivered, properties }`: at least once
 * with checkpoints. Without, a message may be lost with the process, or come twice with a connection that is lost.
 *
 * A message is acknowledged once the run has taken charge of it: with checkpoints once one that holds it is stored, without
 * as soon as it has entered the graph. What was not acknowledged when the connection was lost, or the process died, the
 * server gives again, marked `redelivered`. The server sends `prefetch` messages ahead, and no more while there is no room
 * downstream. It never ends by itself.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses or has no such queue, a `ConnectionLostError` if it cannot be reached, a `BadInputError` for data that are not UTF-8.
 *
 * @example
 * ```ts needs=rabbitmq
 * import { run } from 'millrace'
 * import { queue, toQueue } from 'millrace/connect/rabbitmq'
 * import { fromIterable, map, take, toArray } from 'millrace/terms'
 *
 * const name = `orders-${process.pid}-${Date.now()}`
 * const declare = { durable: false, arguments: { 'x-expires': 60_000 } }
 * const orders = map((amount: number) => ({ data: JSON.stringify({ amount }) }))
 * await run(fromIterable([3, 4]).pipe(orders, toQueue(name, { declare }))).done
 * const amounts = queue(name, { declare }).pipe(map(({ data }) => JSON.parse(data).amount as number), take(2))
 * console.log(await toArray(amounts)) // [ 3, 4 ]
 * ```
 */
export function queue(
  name: string,
  options: QueueOptions & { readonly binary: true },
): BatchSourceTerm<RabbitmqMessage<Buffer>>
export function queue(name: string, options?: QueueOptions): BatchSourceTerm<RabbitmqMessage>
export function queue(
  name: string,
  options: QueueOptions = {},
): BatchSourceTerm<RabbitmqMessage<Buffer>> | BatchSourceTerm<RabbitmqMessage> {
  checkName('name of queue()', name)
  checkOptions('queue', options, { ...RABBITMQ_OPTIONS, prefetch: true, declare: true, binary: true })
  const { binary = false } = options
  checkBoolean('binary of queue()', binary)
  return binary ? sourceOf(name, options, asBytes) : sourceOf(name, options, asText)
}

function sourceOf<Data>(
  queueName: string,
  options: QueueOptions,
  decode: DecodeData<Data>,
): BatchSourceTerm<RabbitmqMessage<Data>> {
  const { prefetch = 200, declare } = options
  checkPrefetch('queue', prefetch)
  checkQueueDeclaration('queue', declare)
  const address = rabbitmqAddress('queue', options)
  return new QueueSource({ address, queue: queueName, prefetch, declare, decode })
}

class QueueSource<Data> extends AcknowledgedReaderSource<RabbitmqMessage<Data>> {
  override name = 'queue'
  readonly #reading: QueueReading<Data>

  constructor(reading: QueueReading<Data>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RabbitmqMessage<Data>> {
    return new QueueReader(this.#reading, clock)
  }
}
