/** `redisStream`: the entries of a Redis stream. */

import { type BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '@millrace/core/engine'
import { checkName } from '../support/check-name.ts'
import { AcknowledgedReaderSource, PlacedReaderSource, type Reader } from '../support/reader-source.ts'
import { asBytes, asText, type Decode, isId, type RedisEntry } from './entries.ts'
import { GroupReader, type GroupReading } from './group-reader.ts'
import { REDIS_OPTIONS, type RedisOptions, redisAddress } from './options.ts'
import { StreamReader, type StreamReading } from './stream-reader.ts'

/** Options of {@link redisStream}. */
export interface RedisStreamOptions extends RedisOptions {
  /** Where a new run begins: at the `start` (the default), at what comes from `now` on, or behind the entry with this id. */
  readonly from?: 'start' | 'now' | (string & {})
  /** Entries that are read at once, and held here at most. Default 200. */
  readonly batchItems?: number
  /** Gives values as bytes. Default: as text; one that is not UTF-8 then fails the run. */
  readonly binary?: boolean
  /** Reads as a member of this consumer group, which is made if need be. `consumer` goes with it. */
  readonly group?: string
  /** Name in the group: each process that reads needs one of its own, and the same one when it is started again. */
  readonly consumer?: string
  /** Takes over entries that other consumers of the group have not acknowledged for so many ms. Default: never. */
  readonly claimIdleMs?: number
}

/**
 * A source of the entries of a Redis stream, as `{ id, fields }`: exactly once from a checkpoint on.
 *
 * Without a group its position is the id of the last entry; nothing is written to the server. With a group the entries
 * are shared out among its consumers, and acknowledged once the run has taken charge of them: with checkpoints once one
 * that holds them is stored, without as soon as they have entered the graph. What a consumer had and did not acknowledge
 * comes first when it is started again. With `claimIdleMs` an entry may come twice.
 *
 * Entries that are removed from the stream before they were read (`MAXLEN`, `XTRIM`, `XDEL`) are missed, and the server does not
 * tell: let the stream reach further back than a reader may stay away.
 *
 * It reads `batchItems` entries while there is room downstream, and waits for more when there are none: it never ends by
 * itself. A stream that is not there yet is waited for. A lost connection is tried again.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A run fails with a `ConnectionDeniedError` if the server
 * refuses, with a `ConnectionLostError` if it cannot be reached, with a `BadInputError` for a value that is not UTF-8.
 *
 * @example
 * ```ts needs=redis
 * import { run } from 'millrace'
 * import { redisStream, toRedisStream } from 'millrace/connect/redis'
 * import { fromIterable, map, take, toArray } from 'millrace/terms'
 *
 * const orders = `orders-${process.pid}-${Date.now()}`
 * await run(fromIterable([{ amount: 3 }, { amount: 4 }]).pipe(toRedisStream(orders, { ttlMs: 60_000 }))).done
 * const amounts = redisStream(orders).pipe(map(({ fields }) => Number(fields['amount'])), take(2))
 * console.log(await toArray(amounts)) // [ 3, 4 ]
 * ```
 */
export function redisStream(
  key: string,
  options: RedisStreamOptions & { readonly binary: true },
): BatchSourceTerm<RedisEntry<Buffer>>
export function redisStream(key: string, options?: RedisStreamOptions): BatchSourceTerm<RedisEntry>
export function redisStream(
  key: string,
  options: RedisStreamOptions = {},
): BatchSourceTerm<RedisEntry<Buffer>> | BatchSourceTerm<RedisEntry> {
  checkName('key of redisStream()', key)
  checkOptions('redisStream', options, {
    ...REDIS_OPTIONS,
    from: true,
    batchItems: true,
    binary: true,
    group: true,
    consumer: true,
    claimIdleMs: true,
  })
  const { binary = false } = options
  checkBoolean('binary of redisStream()', binary)
  return binary ? sourceOf(key, options, asBytes) : sourceOf(key, options, asText)
}

function sourceOf<Value>(
  key: string,
  options: RedisStreamOptions,
  decode: Decode<Value>,
): BatchSourceTerm<RedisEntry<Value>> {
  const { from = 'start', batchItems = 200, group, consumer, claimIdleMs } = options
  const address = redisAddress('redisStream', options)
  checkWhole('batchItems of redisStream()', batchItems, 1)
  if (from !== 'start' && from !== 'now' && !isId(from)) {
    throw new InvalidOptionError('from of redisStream()', from, '"start", "now" or the id of an entry')
  }
  const reading = { address, key, from, batchItems, decode }
  if (group === undefined) {
    if (consumer === undefined && claimIdleMs === undefined) return new StreamSource(reading)
    throw new InvalidOptionError('group of redisStream()', group, 'given, since consumer or claimIdleMs is')
  }
  checkName('group of redisStream()', group)
  checkName('consumer of redisStream()', consumer)
  if (claimIdleMs !== undefined) checkWhole('claimIdleMs of redisStream()', claimIdleMs, 1)
  return new GroupSource({ ...reading, group, consumer: consumer as string, claimIdleMs })
}

class StreamSource<Value> extends PlacedReaderSource<RedisEntry<Value>> {
  override name = 'redisStream'
  readonly #reading: StreamReading<Value>

  constructor(reading: StreamReading<Value>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RedisEntry<Value>> {
    return new StreamReader(this.#reading, clock)
  }
}

class GroupSource<Value> extends AcknowledgedReaderSource<RedisEntry<Value>> {
  override name = 'redisStream'
  readonly #reading: GroupReading<Value>

  constructor(reading: GroupReading<Value>) {
    super()
    this.#reading = reading
  }

  protected override reader({ clock }: Context<unknown, never>): Reader<RedisEntry<Value>> {
    return new GroupReader(this.#reading, clock)
  }
}
