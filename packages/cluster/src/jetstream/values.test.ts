// A member that leaves between the list of keys and the look at its own is no error.

import type { JetStreamManager } from '@nats-io/jetstream'
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
  const kv = { get: async (key: string) => entries[key] ?? null } as unknown as Pick<KV, 'get'>
  const info = async (stream: string, { subjects_filter: filter }: { subjects_filter: string }) => {
    expect([stream, filter]).toEqual(['KV_b', '$KV.b.m.>'])
    return { state: { subjects: Object.fromEntries(Object.keys(entries).map((key) => [`$KV.b.${key}`, 1])) } }
  }
  const streams = { info } as unknown as JetStreamManager['streams']
  expect(await valuesOf(streams, kv, 'b', 'm.')).toEqual([{ value: { name: 'a' }, at }])
})
