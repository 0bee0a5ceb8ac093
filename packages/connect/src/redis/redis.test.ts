// The contract of connectors against a real Redis: streams, read with and without a group, and written.

import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { map } from '@millrace/terms'
import { Redis } from 'ioredis'
import { type SinkPlace, type SourcePlace, sinkContract, sourceContract } from '../../test/connector.case.ts'
import { answers, services } from '../../test/service.ts'
import { redisStream, toRedisStream } from './index.ts'

const service = services.redis
const isThere = await answers(service)
const module = fileURLToPath(new URL('../../test/fixtures/redis.ts', import.meta.url))
const urlOf = (port: number): string => `redis://127.0.0.1:${port}`

async function openStream(): Promise<{ client: Redis; key: string; close: () => Promise<void> }> {
  const client = new Redis(service.port, service.host)
  const key = `test-${randomUUID()}`
  const close = async (): Promise<void> => {
    await client.del(key)
    await client.quit()
  }
  return { client, key, close }
}

const AHEAD_ITEMS = 50

async function openSource(group?: string): Promise<SourcePlace> {
  const { client, key, close } = await openStream()
  const who = group === undefined ? {} : { group, consumer: 'a' }
  return {
    close,
    params: { key, ...(group === undefined ? {} : { group }) },
    async fill(numbers) {
      const pipeline = client.pipeline()
      for (const n of numbers) pipeline.xadd(key, '*', 'n', n)
      await pipeline.exec()
    },
    source: (port) =>
      redisStream(key, { url: urlOf(port), batchItems: AHEAD_ITEMS / 2, ...who }).pipe(
        map(({ fields }) => Number(fields['n'])),
      ),
    fetched: async ({ receivedBytes }) => Math.floor(receivedBytes / 45),
  }
}

async function openSink(): Promise<SinkPlace> {
  const { client, key, close } = await openStream()
  return {
    close,
    params: { key },
    sink: (port) =>
      map((n: number) => ({ n })).pipe(toRedisStream(key, { url: urlOf(port), batchItems: 50 })),
    async contents() {
      const entries = await client.xrange(key, '-', '+')
      return entries.map(([, [, n]]) => Number(n))
    },
  }
}

if (isThere) {
  sourceContract({
    name: 'redisStream',
    service,
    guarantee: 'exactly once',
    aheadItems: AHEAD_ITEMS,
    module,
    open: () => openSource(),
  })
  sourceContract({
    name: 'redisStream of a group',
    service,
    guarantee: 'exactly once',
    aheadItems: AHEAD_ITEMS,
    module,
    open: () => openSource('g'),
  })
  sinkContract({ name: 'toRedisStream', service, guarantee: 'at least once', module, open: openSink })
}
