/** `setInto` and `hashInto`: write values and hashes to Redis under their keys. */

import { BadInputError, type Context, describe, type SinkTerm } from '@millrace/core'
import { checkMs, checkOptions } from '@millrace/core/engine'
import { type BatchOptions, batchingOf } from '../support/batcher.ts'
import { type Writer, WriterSink, type Written } from '../support/writer-sink.ts'
import { REDIS_OPTIONS, type RedisAddress, type RedisOptions, redisAddress } from './options.ts'
import {
  type Command,
  type FieldValue,
  flat,
  isFields,
  isFieldValue,
  RedisWriter,
  sendable,
} from './redis-writer.ts'

/** Options of {@link setInto} and {@link hashInto}. */
export interface IntoOptions extends RedisOptions, BatchOptions {
  /** A key is removed so many ms after it was last written. Default: never. */
  readonly ttlMs?: number
}

/** What {@link setInto} takes. */
export interface RedisValue {
  readonly key: string
  /** `null` removes the key. */
  readonly value: FieldValue | null
}

/** What {@link hashInto} takes. */
export interface RedisHash {
  readonly key: string
  /** Fields to set; the others stay. `null` removes the key. */
  readonly fields: Readonly<Record<string, FieldValue>> | null
}

/** How an item becomes commands; `undefined` if it cannot. */
type ToCommands<Item> = (item: Item, ttlMs: number | undefined) => readonly Command[] | undefined

/**
 * A sink that sets the value of a key for each item `{ key, value }`: idempotent, so what is told again by a run that goes on
 * leaves the same values.
 *
 * Sent in pipelines, in order, as {@link toRedisStream} does it; the last value of a key stays. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is none fails with a `BadInputError`.
 *
 * @example
 * ```ts needs=redis
 * import { run } from 'millrace'
 * import { setInto } from 'millrace/connect/redis'
 * import { fromIterable } from 'millrace/terms'
 *
 * const sink = setInto({ ttlMs: 60_000 })
 * const prices = fromIterable([{ key: `price-${process.pid}`, value: 12.5 }])
 * console.log((await run(prices.pipe(sink)).done).result(sink)) // { messages: 1 }
 * ```
 */
export function setInto(options: IntoOptions = {}): SinkTerm<RedisValue, Written> {
  return intoRedis<RedisValue>('setInto', options, ({ key, value }, ttlMs) => {
    if (!isKey(key)) return undefined
    if (value === null) return [['DEL', key]]
    if (!isFieldValue(value)) return undefined
    return [['SET', key, sendable(value), ...(ttlMs === undefined ? [] : ['PX', Math.ceil(ttlMs)])]]
  })
}

/**
 * A sink that sets fields of a hash for each item `{ key, fields }`: idempotent, so what is told again by a run that goes on
 * leaves the same fields.
 *
 * Sent in pipelines, in order, as {@link toRedisStream} does it. The result is `{ messages }`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. An item that is none fails with a `BadInputError`.
 *
 * @example
 * ```ts needs=redis
 * import { run } from 'millrace'
 * import { hashInto } from 'millrace/connect/redis'
 * import { fromIterable } from 'millrace/terms'
 *
 * const sink = hashInto({ ttlMs: 60_000 })
 * const users = fromIterable([{ key: `user-${process.pid}`, fields: { name: 'Ada', visits: 3 } }])
 * console.log((await run(users.pipe(sink)).done).result(sink)) // { messages: 1 }
 * ```
 */
export function hashInto(options: IntoOptions = {}): SinkTerm<RedisHash, Written> {
  return intoRedis<RedisHash>('hashInto', options, ({ key, fields }, ttlMs) => {
    if (!isKey(key)) return undefined
    if (fields === null) return [['DEL', key]]
    if (!isFields(fields)) return undefined
    const set: Command = ['HSET', key, ...flat(fields)]
    return ttlMs === undefined ? [set] : [set, ['PEXPIRE', key, Math.ceil(ttlMs)]]
  })
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' && key !== ''
}

function intoRedis<Item>(
  name: string,
  options: IntoOptions,
  toCommands: ToCommands<Item>,
): SinkTerm<Item, Written> {
  checkOptions(name, options, { ...REDIS_OPTIONS, batchItems: true, batchMs: true, ttlMs: true })
  if (options.ttlMs !== undefined) checkMs(`ttlMs of ${name}()`, options.ttlMs)
  return new IntoRedis(name, redisAddress(name, options), options, toCommands)
}

class IntoRedis<in Item> extends WriterSink<Item, readonly Command[], { messages: number }> {
  readonly #address: RedisAddress
  readonly #ttlMs: number | undefined
  readonly #toCommands: ToCommands<Item>

  constructor(name: string, address: RedisAddress, options: IntoOptions, toCommands: ToCommands<Item>) {
    super(batchingOf(name, options))
    this.name = name
    this.#address = address
    this.#ttlMs = options.ttlMs
    this.#toCommands = toCommands
  }

  override initialState(): { messages: number } {
    return { messages: 0 }
  }

  protected override writer({ clock }: Context<{ messages: number }, never>): Writer<readonly Command[]> {
    const writer = new RedisWriter(this.#address, clock)
    return { write: (batch) => writer.write(batch.flat()), end: () => writer.end() }
  }

  protected override entry(item: Item): readonly Command[] {
    const isRecord = typeof item === 'object' && item !== null
    const commands = isRecord ? this.#toCommands(item, this.#ttlMs) : undefined
    if (commands !== undefined) return commands
    throw new BadInputError(
      `${this.name}() takes a key and a value of texts, numbers or bytes, but got ${describe(item)}.`,
    )
  }
}
