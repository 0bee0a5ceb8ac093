/** `StreamReader`: reads a Redis stream from a position on, with nothing left behind on the server. Made by `redisStream`. */

import type { Clock } from '@millrace/core'
import type { Redis } from 'ioredis'
import type { Link } from '../support/link.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { BLOCK_MS, redisLink } from './connection.ts'
import { type Decode, entriesById, entriesIn, type RedisEntry } from './entries.ts'
import type { RedisAddress } from './options.ts'

/** What is read, and how. */
export interface StreamReading<Value> {
  readonly address: RedisAddress
  readonly key: string
  readonly from: string
  readonly batchItems: number
  readonly decode: Decode<Value>
}

/** Behind the entry with this id; before that, the ids of entries to give first. */
interface Place {
  readonly after: string
  readonly ids?: readonly string[]
}

export class StreamReader<Value> implements Reader<RedisEntry<Value>> {
  readonly #reading: StreamReading<Value>
  readonly #link: Link<Redis>

  constructor(reading: StreamReading<Value>, clock: Clock) {
    this.#reading = reading
    this.#link = redisLink(reading.address, clock)
  }

  async *read(from: unknown): AsyncGenerator<Placed<RedisEntry<Value>>, void, undefined> {
    let place = (from as Place | undefined) ?? { after: await this.#first() }
    // from here on a run goes on, also if nothing has come yet
    if (from === undefined) yield { items: [], place }
    if (place.ids !== undefined) {
      const { ids } = place
      const { key, decode } = this.#reading
      const items = await this.#link.call((client) => entriesById(client, key, ids, decode))
      yield this.#placed(items, ids, place.after)
      place = { after: ids.at(-1) ?? place.after }
    }
    while (!this.#link.isOver) {
      const items = await this.#next(place.after)
      if (items.length === 0) continue
      const ids = items.map(({ id }) => id)
      yield this.#placed(items, ids, place.after)
      place = { after: ids.at(-1) as string }
    }
  }

  #placed(
    items: readonly (RedisEntry<Value> | undefined)[],
    ids: readonly string[],
    after: string,
  ): Placed<RedisEntry<Value>> {
    return { items, place: { after: ids.at(-1) ?? after }, begin: { after, ids } }
  }

  /** The id behind which a new run begins. */
  #first(): string | Promise<string> {
    const { from, key } = this.#reading
    if (from === 'start') return '0-0'
    if (from !== 'now') return from
    return this.#link.call(async (client) => {
      const last = (await client.call('XREVRANGE', key, '+', '-', 'COUNT', 1)) as [string, unknown][]
      return last[0]?.[0] ?? '0-0'
    })
  }

  async #next(after: string): Promise<RedisEntry<Value>[]> {
    const { key, batchItems, decode } = this.#reading
    const answer = await this.#link.call((client) =>
      client.callBuffer('XREAD', 'COUNT', batchItems, 'BLOCK', BLOCK_MS, 'STREAMS', key, after),
    )
    return entriesIn(answer).map(decode)
  }

  stop(): void {
    void this.#link.end()
  }

  end(): Promise<void> {
    return this.#link.end()
  }
}
