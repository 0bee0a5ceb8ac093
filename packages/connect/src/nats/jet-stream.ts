/** `jetStream`: the messages of a stream of NATS JetStream. */

import { type BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '@millrace/core/engine'
import { checkName } from '../support/check-name.ts'
import { PlacedReaderSource, type Reader } from '../support/reader-source.ts'
import { JetStreamReader, type JetStreamReading } from './jet-stream-reader.ts'
import { NATS_OPTIONS, type NatsOptions, natsAddress } from './options.ts'
import { asBytes, asText, type DecodeData, type JetStreamMessage } from './records.ts'

/** Options of {@link jetStream}. */
export interface JetStreamOptions extends NatsOptions {
  /** Only messages of this subject, which may hold wildcards: `orders.*`. Default: all of the stream. */
  readonly subject?: string
  /** Where a new run begins: at the `start` (the default), at what comes from `now` on, or at this sequence. */
  readonly from?: 'start' | 'now' | number
  /** What becomes of a run that goes on behind messages which the stream has removed meanwhile. Default `fail`. */
  readonly missing?: 'fail' | 'skip'
  /** Messages that are asked for at once, and held here at most. Default 200. */
  readonly batchItems?: number
  /** Gives `data` as bytes. Default: as text; a message that is not UTF-8 then fails the run. */
  readonly binary?: boolean
}

/**
 * A source of the messages of a JetStream stream, in their order, as `{ subject, sequence, time, data }`, with `headers` where
 * there are some: exactly once from a checkpoint on.
 *
 * Its position is the sequence of the last message. It asks for `batchItems` at a time while there is room downstream, and
 * waits for more when there are none: it never ends by itself. It acknowledges nothing: what a stream keeps is the stream's
 * matter. Its consumer at the server is removed at the end, or 30 s after the process died.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses or has no such stream, a `ConnectionLostError` if it cannot be reached, a `MessagesMissedError` if messages behind
 * its position are gone, a `BadInputError` for data that are not UTF-8.
 *
 * @example
 * ```ts needs=nats no-run
 * import { run } from 'millrace'
 * import { jetStream } from 'millrace/connect/nats'
 * import { map, print } from 'millrace/terms'
 *
 * const amounts = jetStream('ORDERS', { subject: 'orders.*' }).pipe(
 *   map(({ data }: { data: string }) => (JSON.parse(data) as { amount: number }).amount).onFailure({ onError: 'skip' }),
 * )
 * await run(amounts.pipe(print()), { checkpoint: { dir: 'kept' } }).done
 * ```
 */
export function jetStream(
  stream: string,
  options: JetStreamOptions & { readonly binary: true },
): BatchSourceTerm<JetStreamMessage<Uint8Array>>
export function jetStream(stream: string, options?: JetStreamOptions): BatchSourceTerm<JetStreamMessage>
export function jetStream(
  stream: string,
  options: JetStreamOptions = {},
): BatchSourceTerm<JetStreamMessage<Uint8Array>> | BatchSourceTerm<JetStreamMessage> {
  checkName('stream of jetStream()', stream)
  checkOptions('jetStream', options, {
    ...NATS_OPTIONS,
    subject: true,
    from: true,
    missing: true,
    batchItems: true,
    binary: true,
  })
  const { binary = false } = options
  checkBoolean('binary of jetStream()', binary)
  return binary ? sourceOf(stream, options, asBytes) : sourceOf(stream, options, asText)
}

function sourceOf<Data>(
  stream: string,
  options: JetStreamOptions,
  decode: DecodeData<Data>,
): BatchSourceTerm<JetStreamMessage<Data>> {
  const { subject, from = 'start', missing = 'fail', batchItems = 200 } = options
  const address = natsAddress('jetStream', options)
  if (subject !== undefined) checkName('subject of jetStream()', subject)
  checkWhole('batchItems of jetStream()', batchItems, 1)
  if (from !== 'start' && from !== 'now') checkWhole('from of jetStream()', from, 1)
  if (missing !== 'fail' && missing !== 'skip') {
    throw new InvalidOptionError('missing of jetStream()', missing, '"fail" or "skip"')
  }
  return new JetStreamSource({ address, stream, subject, from, missing, batchItems, decode })
}

class JetStreamSource<Data> extends PlacedReaderSource<JetStreamMessage<Data>> {
  override name = 'jetStream'
  readonly #reading: JetStreamReading<Data>

  constructor(reading: JetStreamReading<Data>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<JetStreamMessage<Data>> {
    return new JetStreamReader(this.#reading, clock)
  }
}
