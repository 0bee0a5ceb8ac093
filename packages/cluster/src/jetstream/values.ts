/** `valuesOf`: what lies in a run's bucket under keys that begin alike. Called by `operation/run-control.ts`. */

import type { JetStreamManager } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'

/** A value, and when it was put there. */
export interface KeptValue<Value> {
  readonly value: Value
  readonly at: Date
}

/**
 * The newest value of each key that begins with `prefix`; one that is deleted meanwhile is left out. The keys are asked for:
 * the client's own list reads a consumer to its end, and was seen to wait for it without end.
 */
export async function valuesOf<Value>(
  streams: Pick<JetStreamManager['streams'], 'info'>,
  kv: Pick<KV, 'get'>,
  bucket: string,
  prefix: string,
): Promise<KeptValue<Value>[]> {
  const found: KeptValue<Value>[] = []
  const all = `$KV.${bucket}.`
  const { state } = await streams.info(`KV_${bucket}`, { subjects_filter: `${all}${prefix}>` })
  for (const subject of Object.keys(state.subjects ?? {})) {
    const entry = await kv.get(subject.slice(all.length))
    // a deletion is an entry as well, and has no value
    if (entry?.operation === 'PUT') found.push({ value: entry.json<Value>(), at: entry.created })
  }
  return found
}
