// What a run says that Redis refuses, and what three restarts in the middle of it do.

import { randomUUID } from 'node:crypto'
import { run } from '@millrace/core'
import { fromIterable, map, takeWhile } from '@millrace/terms'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { denialOf, tlsContract } from '../../test/refused.case.ts'
import { hashInto, redisStream, setInto, subscribe, toRedisStream } from './index.ts'

if (isInstalled('redis-server')) {
  const server = await OwnServer.start('Redis', (port, folder) => {
    const kept = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder]
    return ['redis-server', '--port', String(port), '--bind', '127.0.0.1', ...kept]
  })
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
  await admin(async (client) => {
    await client.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~a-*', '+xread')
    await client.set('text', 'no stream')
    await client.xadd('a-stream', '*', 'n', 1)
  })

  describe('Redis refuses', () => {
    const sinkOf = (options: object) => fromIterable([{ n: 1 }]).pipe(toRedisStream('a-stream', options))

    test.each([
      [
        'a wrong password',
        redisStream('a-stream', { url, username: 'reader', password: 'no' }),
        'username and password',
      ],
      [
        'a user without the right to a key',
        redisStream('b', { url, username: 'reader', password: 'secret' }),
        'ACL GETUSER',
      ],
      [
        'a user without the right to write',
        sinkOf({ url, username: 'reader', password: 'secret' }),
        'ACL GETUSER',
      ],
      ['a database that is not there', redisStream('a-stream', { url, db: 99 }), 'db'],
      ['a key of another type', redisStream('text', { url }), 'TYPE'],
      ['a key of another type, of a group', redisStream('text', { url, group: 'g', consumer: 'a' }), 'TYPE'],
    ])('%s', async (_, term, said) => {
      expect(await denialOf(term)).toContain(said)
    })

    test('a user with the rights is let in', async () => {
      const source = redisStream('a-stream', { url, username: 'reader', password: 'secret' })
      const ids: string[] = []
      for await (const { fields } of run(source).output()) {
        ids.push(JSON.stringify(fields))
        break
      }
      expect(ids).toEqual(['{"n":"1"}'])
    })

    tlsContract({
      service: server,
      source: (port, tls) => redisStream('a-stream', { url: `redis://127.0.0.1:${port}`, tls }),
    })
  })

  test('three restarts: each entry once', async () => {
    const key = randomUUID()
    const count = 400
    await admin((client) => {
      const pipeline = client.pipeline()
      for (let n = 0; n <= count; n++) pipeline.xadd(key, '*', 'n', n < count ? n : -1)
      return pipeline.exec()
    })
    const came: number[] = []
    const numbers = redisStream(key, { url, batchItems: 10 }).pipe(
      map(({ fields }) => Number(fields['n'])),
      takeWhile((n: number) => n !== -1),
    )
    for await (const n of run(numbers, { edges: { capacityItems: 4 } }).output()) {
      came.push(n)
      if ([100, 200, 300].includes(came.length)) await server.restart()
    }
    expect(came).toEqual(Array.from({ length: count }, (_, n) => n))
  })

  test('what was published while it listened', async () => {
    const came: string[] = []
    const done = (async () => {
      for await (const { channel, message } of run(subscribe(['news.*'], { url, patterns: true })).output()) {
        came.push(`${channel} ${message}`)
        if (came.length === 3) break
      }
    })()
    await expect.poll(() => admin((client) => client.pubsub('NUMPAT'))).toBe(1)
    await admin(async (client) => {
      for (const n of [1, 2, 3]) await client.publish('news.a', String(n))
    })
    await done
    expect(came).toEqual(['news.a 1', 'news.a 2', 'news.a 3'])
  })

  test('values and hashes under their keys; null removes', async () => {
    const values = fromIterable([
      { key: 'v1', value: 1 },
      { key: 'v2', value: Buffer.from([0, 255]) },
      { key: 'v1', value: 'x' },
      { key: 'v3', value: 3 },
      { key: 'v3', value: null },
    ])
    const sink = setInto({ url, ttlMs: 60_000 })
    expect((await run(values.pipe(sink)).done).result(sink)).toEqual({ messages: 5 })
    const hashes = fromIterable([
      { key: 'h', fields: { a: 1, b: 'x' } },
      { key: 'h', fields: { b: 'y' } },
    ])
    await run(hashes.pipe(hashInto({ url }))).done
    expect(
      await admin(async (client) => [
        await client.get('v1'),
        [...((await client.getBuffer('v2')) ?? [])],
        await client.exists('v3'),
        (await client.pttl('v1')) > 0,
        await client.hgetall('h'),
      ]),
    ).toEqual(['x', [0, 255], 0, true, { a: '1', b: 'y' }])
  })

  test('values that are not UTF-8 are refused as text, and given as bytes', async () => {
    const key = randomUUID()
    await admin((client) => client.xadd(key, '*', 'b', Buffer.from([255, 1])))
    await expect(run(redisStream(key, { url })).done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
    for await (const { fields } of run(redisStream(key, { url, binary: true })).output()) {
      expect([...(fields['b'] ?? [])]).toEqual([255, 1])
      break
    }
  })

  test('what another consumer has left lying is taken over', async () => {
    const key = randomUUID()
    await admin(async (client) => {
      await client.xgroup('CREATE', key, 'g', '0', 'MKSTREAM')
      for (const n of [1, 2, 3]) await client.xadd(key, '*', 'n', n)
      await client.xreadgroup('GROUP', 'g', 'dead', 'COUNT', 2, 'STREAMS', key, '>')
    })
    const came: number[] = []
    const source = redisStream(key, { url, group: 'g', consumer: 'alive', claimIdleMs: 1 })
    for await (const { fields } of run(source).output()) if (came.push(Number(fields['n'])) === 3) break
    expect(came.sort()).toEqual([1, 2, 3])
  })

  test.each([{ n: {} }, {}, 'text', { n: undefined }])('%o is no entry', async (item) => {
    const source = fromIterable([item as never as Record<string, string>])
    await expect(run(source.pipe(toRedisStream('a-none', { url }))).done).rejects.toMatchObject({
      cause: { code: 'BAD_INPUT' },
    })
  })

  test.each([
    () => redisStream(''),
    () => redisStream('a', { from: 'then' }),
    () => redisStream('a', { url: 'http://127.0.0.1' }),
    () => redisStream('a', { consumer: 'a' }),
    () => redisStream('a', { group: 'a' }),
    () => redisStream('a', { batchItem: 3 } as object),
    () => subscribe([]),
    () => toRedisStream('a', { maxLength: 0 }),
    () => setInto({ ttlMs: 0 }),
  ])('an option that makes no sense is refused at once (%#)', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
}
