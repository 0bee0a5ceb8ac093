// Sources of brokers under every strategy: also where a worker of its own reads them.

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '@millrace/core'
import { fromIterable, map } from '@millrace/terms'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect as connectNats } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { toJetStream } from '../src/nats/index.ts'
import { toQueue } from '../src/rabbitmq/index.ts'
import { toRedisStream } from '../src/redis/index.ts'
import { fileIn } from './killed.ts'
import { answers, type Service, services } from './service.ts'

const CLI = fileURLToPath(new URL('../../millrace/dist/cli.js', import.meta.url))
const STRATEGIES = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']
const COUNT = 100
const numbers = Array.from({ length: COUNT + 1 }, (_, n) => (n < COUNT ? n : -1))

interface System {
  readonly name: string
  readonly module: string
  readonly service: Service
  /** Puts the numbers there. Returns the parameters of the module, and how they are taken away again. */
  fill(): Promise<{ readonly params: Readonly<Record<string, string>>; remove?(): Promise<unknown> }>
}

const systems: readonly System[] = [
  {
    name: 'redisStream of a group',
    module: 'redis',
    service: services.redis,
    async fill() {
      const key = `test-${randomUUID()}`
      await run(
        fromIterable(numbers).pipe(
          map((n) => ({ n })),
          toRedisStream(key, { ttlMs: 600_000 }),
        ),
      ).done
      return { params: { key, group: 'g' }, remove: () => removeKey(key) }
    },
  },
  {
    name: 'jetStream',
    module: 'nats',
    service: services.nats,
    async fill() {
      const connection = await connectNats({ servers: `${services.nats.host}:${services.nats.port}` })
      const manager = await jetstreamManager(connection)
      const stream = `test-${randomUUID()}`
      await manager.streams.add({ name: stream, subjects: [`${stream}.*`] })
      const messages = map((n: number) => ({ subject: `${stream}.n`, data: String(n) }))
      await run(fromIterable(numbers).pipe(messages, toJetStream())).done
      const remove = async (): Promise<void> => {
        await manager.streams.delete(stream)
        await connection.close()
      }
      return { params: { stream }, remove }
    },
  },
  {
    name: 'queue',
    module: 'rabbitmq',
    service: services.rabbitmq,
    async fill() {
      const name = `test-${randomUUID()}`
      const declare = { durable: false, arguments: { 'x-expires': 600_000 } }
      await run(
        fromIterable(numbers).pipe(
          map((n) => ({ data: String(n) })),
          toQueue(name, { declare }),
        ),
      ).done
      return { params: { name } }
    },
  },
]

async function removeKey(key: string): Promise<void> {
  const client = new Redis(services.redis.port, services.redis.host)
  await client.del(key)
  client.disconnect()
}

for (const { name, module, service, fill } of systems) {
  describe.skipIf(!(await answers(service)))(name, () => {
    test.each(STRATEGIES)('under %s', async (strategy) => {
      const { params, remove } = await fill()
      const folder = mkdtempSync(join(tmpdir(), 'millrace-strategies-'))
      const out = fileIn(folder)
      const path = fileURLToPath(new URL(`fixtures/${module}.ts`, import.meta.url))
      const given = Object.entries({ ...params, port: String(service.port), out })
      const args = given.flatMap(([param, value]) => ['--param', `${param}=${value}`])
      const child = spawn(process.execPath, [CLI, 'run', path, ...args, '--strategy', strategy], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        said += part
      })
      await once(child, 'close')
      expect([child.exitCode, said]).toEqual([0, expect.any(String)])
      expect(readFileSync(out, 'utf8').trim().split('\n').map(Number)).toEqual(numbers.slice(0, -1))
      rmSync(folder, { recursive: true })
      await remove?.()
    })
  })
}
