/** `stream`: the messages of a RabbitMQ stream. */

import { type BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import { checkName } from '../support/check-name.ts'
import { PlacedReaderSource, type Reader } from '../support/reader-source.ts'
import { checkPrefetch } from './check-prefetch.ts'
import { checkQueueDeclaration, type QueueDeclaration } from './declare.ts'
import { RABBITMQ_OPTIONS, type RabbitmqOptions, rabbitmqAddress } from './options.ts'
import { asBytes, asText, type DecodeData, type RabbitmqStreamMessage } from './records.ts'
import { StreamReader, type StreamReading } from './stream-reader.ts'

/** Options of {@link stream}. */
export interface StreamOptions extends RabbitmqOptions {
  /** Where a new run begins: at the `start` (the default), at what comes from `now` on (to the second), or at this offset. */
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
 * messages, and the rest of a chunk as the server stored it, while there is room downstream, and waits for more when there are none: it never ends by itself. The stream's
 * limits should reach further back than a reader may stay away.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses or has no such stream, a `ConnectionLostError` if it cannot be reached, a `BadInputError` for data that are not
 * UTF-8. A run that goes on fails with a `MessagesMissedError` if the stream has lost what was not read yet, or was made
 * again and does not reach as far.
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
