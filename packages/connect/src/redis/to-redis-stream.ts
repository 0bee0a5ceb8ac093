/** `toRedisStream`: adds items to a Redis stream. */

import { BadInputError, type Context, describe, type SinkTerm } from '@millrace/core'
import { checkMs, checkOptions, checkWhole } from '@millrace/core/engine'
import { type BatchOptions, batchingOf } from '../support/batcher.ts'
import { checkName } from '../support/check-name.ts'
import { type Writer, WriterSink, type Written } from '../support/writer-sink.ts'
import { REDIS_OPTIONS, type RedisAddress, type RedisOptions, redisAddress } from './options.ts'
import { type Command, type FieldValue, flat, isFields, RedisWriter } from './redis-writer.ts'

/** Options of {@link toRedisStream}. */
export interface ToRedisStreamOptions extends RedisOptions, BatchOptions {
  /** About how many entries the stream keeps: older ones are removed, a node of some hundred at a time. Default: all. */
  readonly maxLength?: number
  /** The stream is removed after so many ms without a batch. Default: never. */
  readonly ttlMs?: number
}

/**
 * A sink that adds each item, a record of texts, numbers and bytes, to a Redis stream as an entry: at least once.
 *
 * Entries are sent in pipelines of `batchItems` (500), the first of which waits `batchMs` (200 ms) at most; the writers are
 * held back while one is under way. What was written before a checkpoint is there before that checkpoint counts. What was
 * under way when the connection was cut is sent again, as is what came after the checkpoint where a run goes on: it may then
 * be there twice. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is no such record fails with a
 * `BadInputError`; a run fails with a `ConnectionDeniedError` if the server refuses, a `ConnectionLostError` if it cannot
 * be reached.
 *
 * @example
 * ```ts needs=redis
 * import { run } from 'millrace'
 * import { toRedisStream } from 'millrace/connect/redis'
 * import { fromIterable } from 'millrace/terms'
 *
 * const sink = toRedisStream(`readings-${process.pid}-${Date.now()}`, { maxLength: 100_000, ttlMs: 60_000 })
 * const summary = await run(fromIterable([{ sensor: 'a', celsius: 21.5 }]).pipe(sink)).done
 * console.log(summary.result(sink)) // { messages: 1 }
 * ```
 */
export function toRedisStream(
  key: string,
  options: ToRedisStreamOptions = {},
): SinkTerm<Readonly<Record<string, FieldValue>>, Written> {
  checkName('key of toRedisStream()', key)
  checkOptions('toRedisStream', options, {
    ...REDIS_OPTIONS,
    batchItems: true,
    batchMs: true,
    maxLength: true,
    ttlMs: true,
  })
  const { maxLength, ttlMs } = options
  if (maxLength !== undefined) checkWhole('maxLength of toRedisStream()', maxLength, 1)
  if (ttlMs !== undefined) checkMs('ttlMs of toRedisStream()', ttlMs)
  return new ToRedisStream(key, redisAddress('toRedisStream', options), options)
}

class ToRedisStream extends WriterSink<Readonly<Record<string, FieldValue>>, Command, { messages: number }> {
  override name = 'toRedisStream'
  readonly #address: RedisAddress
  readonly #head: Command
  readonly #behind: readonly Command[]

  constructor(key: string, address: RedisAddress, options: ToRedisStreamOptions) {
    super(batchingOf('toRedisStream', options))
    const { maxLength, ttlMs } = options
    this.#address = address
    this.#head = ['XADD', key, ...(maxLength === undefined ? [] : ['MAXLEN', '~', maxLength]), '*']
    this.#behind = ttlMs === undefined ? [] : [['PEXPIRE', key, Math.ceil(ttlMs)]]
  }

  override initialState(): { messages: number } {
    return { messages: 0 }
  }

  protected override writer({ clock }: Context<{ messages: number }, never>): Writer<Command> {
    return new RedisWriter(this.#address, clock, this.#behind)
  }

  protected override entry(item: Readonly<Record<string, FieldValue>>): Command {
    if (isFields(item)) return [...this.#head, ...flat(item)]
    throw new BadInputError(
      `toRedisStream() takes records with at least one field, of texts, numbers and bytes, but got ${describe(item)}.`,
    )
  }
}
