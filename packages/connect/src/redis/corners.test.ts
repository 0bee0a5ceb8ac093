// Where a run on Redis could hang, give what nobody sent, or say the wrong thing of what is wrong.

import { randomUUID } from 'node:crypto'
import { run } from '@millrace/core'
import { fromIterable } from '@millrace/terms'
import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import { array, bulk, fakeRedis, NULL, OK } from '../../test/fake-redis.ts'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { denialOf } from '../../test/refused.case.ts'
import { redisStream, setInto, subscribe, toRedisStream } from './index.ts'

const entry = (id: string): string => array(bulk(id), array(bulk('n'), bulk('1')))

test('a run that is cancelled does not wait for an acknowledgement that is never answered', async () => {
  let acknowledgements = 0
  const port = await fakeRedis((name, args) => {
    if (name === 'XACK') acknowledgements++
    if (name !== 'XREADGROUP') return name === 'XACK' ? undefined : OK
    return args.at(-1) === '>' ? array(array(bulk('s'), array(entry(`${Date.now()}-1`)))) : NULL
  })
  const source = redisStream('s', { url: `redis://127.0.0.1:${port}`, group: 'g', consumer: 'a' })
  const running = run(source, { cleanupTimeoutMs: 50, edges: { capacityItems: 1 }, batchItems: 1 })
  const output = running.output()
  await output.next()
  await expect.poll(() => acknowledgements).toBeGreaterThan(0)
  await running.cancel('enough').catch(() => undefined)
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('what XAUTOCLAIM of Redis 6.2 gives for a deleted entry is passed over', async () => {
  let isClaimed = false
  const port = await fakeRedis((name) => {
    if (name === 'XREADGROUP') return NULL
    if (name !== 'XAUTOCLAIM') return OK
    const entries = isClaimed ? array() : array(NULL, entry('5-1'))
    isClaimed = true
    return array(bulk('0-0'), entries)
  })
  const url = `redis://127.0.0.1:${port}`
  const source = redisStream('s', { url, group: 'g', consumer: 'a', claimIdleMs: 1 })
  const ids: string[] = []
  for await (const { id } of run(source).output()) {
    ids.push(id)
    break
  }
  expect(ids).toEqual(['5-1'])
})

if (isInstalled('redis-server')) {
  const server = await OwnServer.start('Redis', (port) => [
    'redis-server',
    ...['--port', String(port), '--bind', '127.0.0.1', '--save', ''],
  ])
  afterAll(() => server.close())
  const url = `redis://127.0.0.1:${server.port}`
  const admin = async <T>(f: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(server.port)
    try {
      return await f(client)
    } finally {
      client.disconnect()
    }
  }
  const bytes = Buffer.from([0x61, 0xff, 0x00])

  test('a message that is not UTF-8 is refused as text, and given as bytes', async () => {
    const channel = randomUUID()
    const publish = (): Promise<number> => admin((client) => client.publish(channel, bytes))
    const text = run(subscribe(channel, { url })).done
    const refused = expect(text).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
    await expect.poll(publish).toBe(1)
    await refused
    const output = run(subscribe('*', { url, patterns: true, binary: true })).output()
    const first = output.next()
    await expect.poll(publish).toBe(1)
    expect((await first).value).toEqual({ channel, message: bytes })
    await output.return?.()
  })

  test('a name of a field that is not UTF-8 is refused', async () => {
    const key = randomUUID()
    await admin((client) => client.xadd(key, '*', bytes, 'x'))
    await expect(run(redisStream(key, { url, binary: true })).done).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT' },
    })
  })

  test('a server that is full is waited for, and then named as what it is', async () => {
    const reconnect = { maxFailures: 3, delayMs: 1 }
    const value = fromIterable([{ key: randomUUID(), value: 'x' }])
    await admin((client) => client.config('SET', 'maxmemory', '1'))
    expect(await denialOf(value.pipe(setInto({ url, reconnect })))).toMatch(/refuses: OOM/)
    const sink = setInto({ url, reconnect: { maxFailures: 1000, delayMs: 10, maxDelayMs: 10 } })
    const running = run(value.pipe(sink))
    await admin((client) => client.config('SET', 'maxmemory', '0'))
    expect((await running.done).result(sink)).toEqual({ messages: 1 })
  })

  test('the database of the url is used; db goes before it', async () => {
    const key = randomUUID()
    const one = fromIterable([{ key, value: 'x' }])
    await run(one.pipe(setInto({ url: `${url}/3` }))).done
    await run(one.pipe(setInto({ url: `${url}/3`, db: 4 }))).done
    const there: number[] = []
    for (const db of [0, 3, 4]) {
      await admin(async (client) => {
        await client.select(db)
        there.push(await client.exists(key))
      })
    }
    expect(there).toEqual([0, 1, 1])
  })
}

test.each([
  () => redisStream('a', { db: -1 }),
  () => redisStream('a', { db: 1.5 }),
  () => redisStream('a', { db: 'x' as never }),
  () => redisStream('a', { url: 'redis://127.0.0.1/x' }),
  () => redisStream('a', { url: 'redis://:%zz@127.0.0.1' }),
  () => redisStream('a', { url: 7 as never }),
  () => redisStream('a', { username: 7 as never }),
  () => toRedisStream('a', { password: {} as never }),
  () => toRedisStream('a', { tls: { key: 7 as never } }),
  () => redisStream('a', { group: 'g', consumer: 'a', claimIdleMs: 1500.5 }),
  () => subscribe('a', { binary: 'yes' as never }),
])('an option that makes no sense is refused at once (%#)', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test('a password is not shown, whatever is wrong with its url', () => {
  expect(() => redisStream('a', { url: 'redis://user:pa/ss@host:x' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('pa/ss') }),
  )
})
