/** `valuesOf`: what lies in a run's bucket under keys that begin alike. Called by `operation/run-control.ts`. */

import type { KV } from '@nats-io/kv'

/** A value, and when it was put there. */
export interface KeptValue<Value> {
  readonly value: Value
  readonly at: Date
}

/** The newest value of each key that begins with `prefix`; one that is deleted meanwhile is left out. */
export async function valuesOf<Value>(
  kv: Pick<KV, 'keys' | 'get'>,
  prefix: string,
): Promise<KeptValue<Value>[]> {
  const found: KeptValue<Value>[] = []
  for await (const key of await kv.keys(`${prefix}>`)) {
    const entry = await kv.get(key)
    // a deletion is an entry as well, and has no value
    if (entry?.operation === 'PUT') found.push({ value: entry.json<Value>(), at: entry.created })
  }
  return found
}
