/** Entries of a Redis stream: as the server answers them, and as items. Called by the stream sources. */

import type { Redis } from 'ioredis'
import { utf8Of } from '../support/text.ts'

/** One entry of a stream. */
export interface RedisEntry<Value = string> {
  /** The server's id of it: time in ms, and a number. */
  readonly id: string
  readonly fields: Readonly<Record<string, Value>>
}

/** An entry as the server answers it; without fields, if it was deleted and is still pending. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null]

/** Turns what the server answers into items. */
export type Decode<Value> = (raw: RawEntry) => RedisEntry<Value>

/** Entries whose values are bytes. */
export const asBytes: Decode<Buffer> = (raw) => decoded(raw, (value) => value)

/** Entries whose values are text. */
export const asText: Decode<string> = (raw) => decoded(raw, (value) => utf8Of(value, () => `Entry ${raw[0]}`))

function decoded<Value>([id, raw]: RawEntry, value: (bytes: Buffer) => Value): RedisEntry<Value> {
  const fields: [string, Value][] = []
  for (let at = 0; raw !== null && at < raw.length; at += 2) {
    const name = utf8Of(raw[at] as Buffer, () => `A name of a field of entry ${id}`)
    fields.push([name, value(raw[at + 1] as Buffer)])
  }
  return { id: String(id), fields: Object.fromEntries(fields) }
}

/** The entries in an answer to XREAD or XREADGROUP for one stream. Those that are gone have no fields. */
export function entriesIn(answer: unknown): readonly RawEntry[] {
  const [stream] = (answer ?? []) as readonly (readonly [Buffer, readonly RawEntry[]])[]
  return stream?.[1] ?? []
}

/** Whether an entry is still there. */
export function isThere([, fields]: RawEntry): boolean {
  return fields !== null
}

/** The entries with these ids, in that order; `undefined` for those that are gone. */
export async function entriesById<Value>(
  client: Redis,
  key: string,
  ids: readonly string[],
  decode: Decode<Value>,
): Promise<(RedisEntry<Value> | undefined)[]> {
  const calls = ids.map((id) => client.callBuffer('XRANGE', key, id, id))
  const answers = (await Promise.all(calls)) as (readonly RawEntry[])[]
  return answers.map(([raw]) => (raw === undefined ? undefined : decode(raw)))
}

/** Below 0 if the first id comes before the second one. */
export function compareIds(a: string, b: string): number {
  const [[aMs, aNumber], [bMs, bNumber]] = [partsOf(a), partsOf(b)]
  if (aMs !== bMs) return aMs < bMs ? -1 : 1
  return aNumber < bNumber ? -1 : aNumber > bNumber ? 1 : 0
}

function partsOf(id: string): readonly [bigint, bigint] {
  const [ms = '0', number = '0'] = id.split('-')
  return [BigInt(ms), BigInt(number)]
}

/** Whether a text is an id: `1700000000000-0`, or only the time. */
export function isId(text: unknown): boolean {
  return typeof text === 'string' && /^\d{1,20}(-\d{1,20})?$/.test(text)
}
