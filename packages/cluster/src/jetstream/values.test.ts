// A member that leaves between the list of keys and the look at its own is no error.

import type { KV } from '@nats-io/kv'
import { expect, test } from 'vitest'
import { valuesOf } from './values.ts'

test('what is deleted meanwhile is left out', async () => {
  const at = new Date(5)
  const entries: Record<string, object | null> = {
    'm.a': { operation: 'PUT', created: at, json: () => ({ name: 'a' }) },
    'm.b': { operation: 'DEL', created: at, json: () => JSON.parse('') },
    'm.c': null,
  }
  const kv = {
    keys: async (filter: string) =>
      (async function* () {
        if (filter === 'm.>') yield* Object.keys(entries)
      })(),
    get: async (key: string) => entries[key] ?? null,
  } as unknown as Pick<KV, 'keys' | 'get'>
  expect(await valuesOf(kv, 'm.')).toEqual([{ value: { name: 'a' }, at }])
})
