/**
 * `GroupReader`: reads a Redis stream as a consumer of a group, which acknowledges what the run has taken charge of. Made by
 * `redisStream`.
 *
 * The server hands an entry to one consumer, and keeps it as pending until it is acknowledged. So what was lost on the way,
 * and what a run had that died, is still there under the consumer's name.
 */

import type { Clock } from '@millrace/core'
import type { Redis } from 'ioredis'
import type { Link } from '../support/link.ts'
import type { Placed, Reader } from '../support/reader-source.ts'
import { BLOCK_MS, redisLink } from './connection.ts'
import { compareIds, entriesById, entriesIn, isThere, type RawEntry, type RedisEntry } from './entries.ts'
import type { StreamReading } from './stream-reader.ts'

/** What is read, and as whom. */
export interface GroupReading<Value> extends StreamReading<Value> {
  readonly group: string
  readonly consumer: string
  /** After how many ms without an acknowledgement entries of other consumers are taken over; `undefined`: never. */
  readonly claimIdleMs: number | undefined
}

/** How far a run has come. */
interface Place {
  /** The last entry that came in the stream's order. */
  readonly after: string
  /** Entries that came out of that order, were given, and are not acknowledged yet. */
  readonly claimed: readonly string[]
  /** The ids of entries to give first. */
  readonly ids?: readonly string[]
}

const BEGIN: Place = { after: '0-0', claimed: [] }
/** Ids in one acknowledgement. */
const ACKNOWLEDGED_AT_ONCE = 500

export class GroupReader<Value> implements Reader<RedisEntry<Value>> {
  readonly #reading: GroupReading<Value>
  readonly #clock: Clock
  readonly #link: Link<Redis>
  /** Apart from the other, on which a read may wait for something to come. */
  readonly #acknowledging: Link<Redis>
  #place = BEGIN
  /** Ids that were given and are not acknowledged; true for those that came out of the stream's order. */
  readonly #open = new Map<string, boolean>()
  /** Behind which id the entries are that the server counts as handed to us, and that were not given. */
  #pendingAfter = '0-0'
  #wasCut = false
  #claimAt = 0
  #claimCursor = '0-0'

  constructor(reading: GroupReading<Value>, clock: Clock) {
    this.#reading = reading
    this.#clock = clock
    this.#link = redisLink(reading.address, clock)
    this.#acknowledging = redisLink(reading.address, clock)
  }

  async *read(from: unknown): AsyncGenerator<Placed<RedisEntry<Value>>, void, undefined> {
    const { key, decode } = this.#reading
    await this.#link.call((client) => this.#makeGroup(client))
    const { ids, ...place } = (from as Place | undefined) ?? BEGIN
    this.#place = place
    if (from !== undefined) await this.#dropTaken(place)
    if (ids !== undefined) {
      const items = await this.#link.call((client) => entriesById(client, key, ids, decode))
      yield this.#placed(items, ids)
    }
    for (let isPending = true; !this.#link.isOver; ) {
      const items: RedisEntry<Value>[] = isPending ? await this.#pending() : await this.#next()
      // what the server had sent when the connection was cut is pending
      isPending = this.#wasCut || (isPending && items.length > 0)
      if (items.length > 0) yield this.#placed(items, idsOf(items))
      if (this.#clock.monotonic() < this.#claimAt) continue
      const claimed = await this.#claim()
      if (claimed.length > 0) yield this.#placed(claimed, idsOf(claimed))
    }
  }

  #placed(
    items: readonly (RedisEntry<Value> | undefined)[],
    ids: readonly string[],
  ): Placed<RedisEntry<Value>> {
    const before = this.#place
    const late = ids.filter((id) => compareIds(id, before.after) <= 0)
    const last = ids.at(-1) as string
    for (const id of ids) this.#open.set(id, false)
    for (const id of late) this.#open.set(id, true)
    this.#place = {
      after: compareIds(last, before.after) > 0 ? last : before.after,
      claimed: [...before.claimed.filter((id) => this.#open.has(id)), ...late],
    }
    return { items, place: this.#place, begin: { ...before, ids } }
  }

  async #makeGroup(client: Redis): Promise<void> {
    const { key, group, from } = this.#reading
    const id = from === 'start' ? '0' : from === 'now' ? '$' : from
    try {
      await client.call('XGROUP', 'CREATE', key, group, id, 'MKSTREAM')
    } catch (error) {
      if (!/^BUSYGROUP/.test((error as Error).message)) throw error
    }
  }

  /**
   * Acknowledges what the checkpoint holds: the process died in between. Where entries are taken over, an id alone does not
   * tell whether it was given before the checkpoint; such entries are given once more.
   */
  async #dropTaken({ after, claimed }: Place): Promise<void> {
    const taken = new Set(claimed)
    const isOrdered = this.#reading.claimIdleMs === undefined
    if (isOrdered) this.#pendingAfter = after
    for (let at = '0-0'; ; ) {
      const ids = entriesIn(await this.#read([], at)).map(([id]) => String(id))
      await this.#acknowledge(ids.filter((id) => taken.has(id) || (isOrdered && compareIds(id, after) <= 0)))
      const last = ids.at(-1)
      if (last === undefined || compareIds(last, after) > 0) return
      at = last
    }
  }

  /** Entries that the server counts as handed to us, and that were not given. */
  async #pending(): Promise<RedisEntry<Value>[]> {
    this.#wasCut = false
    for (;;) {
      const raw = entriesIn(await this.#read([], this.#pendingAfter))
      const last = raw.at(-1)
      if (last === undefined) return []
      this.#pendingAfter = String(last[0])
      // an entry that was deleted stays pending until it is acknowledged
      await this.#acknowledge(raw.filter((entry) => !isThere(entry)).map(([id]) => String(id)))
      const there = raw.filter((entry) => isThere(entry) && !this.#open.has(String(entry[0])))
      if (there.length > 0) return there.map(this.#reading.decode)
    }
  }

  /** New entries; none if none came for a while, or the connection was cut: then they may be pending. */
  async #next(): Promise<RedisEntry<Value>[]> {
    const items = entriesIn(await this.#read(['BLOCK', BLOCK_MS], '>')).map(this.#reading.decode)
    this.#pendingAfter = items.at(-1)?.id ?? this.#pendingAfter
    return items
  }

  #read(how: readonly (string | number)[], id: string): Promise<unknown> {
    const { key, group, consumer, batchItems } = this.#reading
    let tries = 0
    return this.#link.call(async (client) => {
      if (tries++ > 0 && id === '>') {
        this.#wasCut = true
        return []
      }
      const from = ['GROUP', group, consumer, 'COUNT', batchItems, ...how, 'STREAMS', key, id]
      return await client.callBuffer('XREADGROUP', ...from)
    })
  }

  /** Takes over what other consumers have left lying, if that is wanted. */
  async #claim(): Promise<RedisEntry<Value>[]> {
    const { key, group, consumer, batchItems, decode, claimIdleMs } = this.#reading
    if (claimIdleMs === undefined) {
      this.#claimAt = Number.POSITIVE_INFINITY
      return []
    }
    const how = [claimIdleMs, this.#claimCursor, 'COUNT', batchItems]
    const [cursor, raw] = (await this.#link.call((client) =>
      client.callBuffer('XAUTOCLAIM', key, group, consumer, ...how),
    )) as [Buffer, (RawEntry | null)[]]
    this.#claimCursor = String(cursor)
    if (this.#claimCursor === '0-0') this.#claimAt = this.#clock.monotonic() + claimIdleMs / 2
    // Redis 6.2 gives null for one that was deleted
    const there = raw.filter((entry) => entry !== null).filter(isThere)
    return there.filter(([id]) => !this.#open.has(String(id))).map(decode)
  }

  async acknowledge(place: unknown): Promise<void> {
    const { after, claimed } = place as Place
    const taken = new Set(claimed)
    const isTaken = (id: string, isLate: boolean): boolean =>
      isLate ? taken.has(id) : compareIds(id, after) <= 0
    await this.#acknowledge([...this.#open].filter(([id, isLate]) => isTaken(id, isLate)).map(([id]) => id))
  }

  async #acknowledge(ids: readonly string[]): Promise<void> {
    const { key, group } = this.#reading
    for (let at = 0; at < ids.length; at += ACKNOWLEDGED_AT_ONCE) {
      const some = ids.slice(at, at + ACKNOWLEDGED_AT_ONCE)
      await this.#acknowledging.call((client) => client.call('XACK', key, group, ...some))
      for (const id of some) this.#open.delete(id)
    }
  }

  stop(): void {
    void this.#link.end()
  }

  async end(): Promise<void> {
    await Promise.all([this.#link.end(), this.#acknowledging.end()])
  }
}

function idsOf(entries: readonly RedisEntry<unknown>[]): string[] {
  return entries.map(({ id }) => id)
}
