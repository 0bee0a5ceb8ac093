// What becomes of messages when a broker is slow, silent, has limits, or knows a session from before.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { fromIterable } from '@millrace/terms'
import { connectAsync } from 'mqtt'
import { afterAll, describe, expect, test } from 'vitest'
import { Freezer } from '../../test/freezer.ts'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { Relay } from '../../test/relay.ts'
import { publish, topics } from './index.ts'
import { matches } from './matches.ts'
import { mqttAddress } from './options.ts'

const texts = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n))
const messages = (topic: string, count: number) => fromIterable(texts(count).map((data) => ({ topic, data })))
const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`

if (isInstalled('mosquitto')) {
  const server = await OwnServer.start('Mosquitto', (port, folder) => {
    const config = join(folder, 'mosquitto.conf')
    const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'max_packet_size 5000', 'user root']
    writeFileSync(config, `${lines.join('\n')}\n`)
    return ['mosquitto', '-c', config]
  })
  afterAll(() => server.close())
  const url = urlOf(server.port)

  /** Makes the session of a reader, so that it keeps what comes from here on. */
  async function openSession(clientId: string, topic: string): Promise<void> {
    const properties = { sessionExpiryInterval: 600 }
    const session = await connectAsync(url, { clientId, clean: false, protocolVersion: 5, properties })
    await session.subscribeAsync(topic, { qos: 1 })
    await session.endAsync()
  }

  /** Collects what is published to a topic. */
  async function collect(topic: string) {
    const client = await connectAsync(url)
    const came: string[] = []
    client.on('message', (_, payload) => came.push(String(payload)))
    await client.subscribeAsync(topic, { qos: 1 })
    return { came, close: () => client.endAsync() }
  }

  describe('publish', () => {
    test.each([1, 2] as const)('with QoS %i sends no more at once than the broker allows', async (qos) => {
      const topic = `test-${randomUUID()}`
      const collector = await collect(topic)
      const sink = publish({ url, qos, batchItems: 500 })
      expect((await run(messages(topic, 500).pipe(sink)).done).result(sink)).toEqual({ messages: 500 })
      await expect.poll(() => collector.came.length).toBe(500)
      expect(collector.came).toEqual(texts(500))
      await collector.close()
    })

    test('one object many times in a batch whose connection is cut: each time counts', async () => {
      const topic = `test-${randomUUID()}`
      const collector = await collect(topic)
      const relay = await Relay.to(server)
      const item = { topic, data: 'x' }
      const sink = publish({ url: urlOf(relay.port), batchItems: 300 })
      const writing = run(fromIterable(Array.from({ length: 300 }, () => item)).pipe(sink)).done
      while (relay.receivedBytes < 40) await new Promise(setImmediate)
      relay.cut()
      await writing
      await expect.poll(() => collector.came.length).toBeGreaterThanOrEqual(300)
      expect(relay.connections).toBe(2)
      await relay.close()
      await collector.close()
    })

    test('a message that is larger than the broker takes is explained', async () => {
      const item = { topic: `test-${randomUUID()}`, data: 'x'.repeat(10_000) }
      await expect(run(fromIterable([item]).pipe(publish({ url }))).done).rejects.toMatchObject({
        cause: { code: 'CONNECTION_DENIED', message: expect.stringContaining('larger than it takes') },
      })
    })

    test.each([
      { topic: 'x'.repeat(65_536), data: 'x' },
      { topic: 'a', data: 'x', retain: 'yes' },
      { topic: 'a', data: 'x', properties: { messageExpiryInterval: -1 } },
      { topic: 'a', data: 'x', properties: { contentType: 3 } },
      { topic: 'a', data: 'x', properties: { userProperties: { a: 3 } } },
      { topic: 'a', data: 'x', properties: { contenttype: 'x' } },
    ])('what MQTT cannot say is no message (%#)', async (bad) => {
      const sink = publish({ url }).onFailure({ onError: 'skip' })
      const items = fromIterable([bad as never, { topic: `test-${randomUUID()}`, data: 'good' }])
      expect((await run(items.pipe(sink)).done).result(sink)).toEqual({ messages: 1 })
    })
  })

  describe('topics', () => {
    test('a session that was read with QoS 1, and is read with QoS 0: what it has kept comes', async () => {
      const topic = `test-${randomUUID()}`
      await openSession(topic, topic)
      await run(messages(topic, 100).pipe(publish({ url }))).done
      const came: string[] = []
      for await (const { data } of run(topics(topic, { url, clientId: topic, qos: 0 })).output()) {
        came.push(data)
        if (came.length === 100) break
      }
      expect(came).toEqual(texts(100))
    })

    test('a session with a filter of an earlier run: what comes for that is passed over', async () => {
      const topic = `test-${randomUUID()}`
      await openSession(topic, `${topic}/old`)
      const both = texts(60).flatMap((data) => [
        { topic: `${topic}/old`, data: 'old' },
        { topic: `${topic}/new`, data, retain: true },
      ])
      await openSession(topic, `${topic}/+`)
      await run(fromIterable(both.map(({ topic, data }) => ({ topic, data }))).pipe(publish({ url }))).done
      const came: string[] = []
      const source = topics(`${topic}/new`, { url, clientId: topic })
      for await (const { data } of run(source).output()) {
        came.push(data)
        if (came.at(-1) === '39') break
      }
      expect(came).toEqual(texts(40))
    })

    test('a broker that falls silent is left, and another connection made', async () => {
      const topic = `test-${randomUUID()}`
      const freezer = await Freezer.before(server)
      const source = topics(topic, { url: urlOf(freezer.port), keepaliveMs: 200 })
      const output = run(source).output()
      const first = output.next()
      const writer = await connectAsync(url)
      // the source has subscribed once a message comes
      const sending = setInterval(() => void writer.publishAsync(topic, 'a').catch(() => undefined), 20)
      expect((await first).value).toMatchObject({ data: 'a' })
      clearInterval(sending)
      freezer.freeze()
      const next = (async () => {
        for await (const { data } of { [Symbol.asyncIterator]: () => output }) if (data === 'b') return data
        return undefined
      })()
      const again = setInterval(() => void writer.publishAsync(topic, 'b').catch(() => undefined), 20)
      expect(await next).toBe('b')
      clearInterval(again)
      expect(freezer.connections).toBeGreaterThanOrEqual(2)
      await writer.endAsync()
      await freezer.close()
    })

    test('a broker that falls silent does not hold up the end of a run', async () => {
      const topic = `test-${randomUUID()}`
      const collector = await collect(topic)
      const freezer = await Freezer.before(server)
      const sink = publish({ url: urlOf(freezer.port), batchItems: 10 })
      const running = run(messages(topic, 50_000).pipe(sink))
      while (collector.came.length === 0) await new Promise(setImmediate)
      freezer.freeze()
      running.cancel()
      await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
      await freezer.close()
      await collector.close()
    })

    test('a connection that is cut: what it held is given once more, not twice', async () => {
      const topic = `test-${randomUUID()}`
      await openSession(topic, topic)
      await run(messages(topic, 20).pipe(publish({ url }))).done
      const relay = await Relay.to(server)
      const came: string[] = []
      const source = topics(topic, { url: urlOf(relay.port), clientId: topic })
      const options = {
        checkpoint: { store: new MemoryStore(), everyMs: 3_600_000 },
        edges: { capacityItems: 1 },
        batchItems: 1,
      }
      for await (const { data, duplicate } of run(source, options).output()) {
        if (came.length === 0) {
          relay.cut()
          await expect.poll(() => relay.open).toBe(0)
          // so that the reader has heard of it: what another connection says comes later
          await (await connectAsync(url)).endAsync()
        }
        came.push(`${data} ${duplicate}`)
        if (data === '19' && duplicate) break
      }
      expect(came.filter((said) => said.endsWith('false')).length).toBeLessThan(15)
      await relay.close()
    })
  })
}

describe('without a broker', () => {
  test.each([
    [142, 'CONNECTION_DENIED', 'taken over the session'],
    [139, 'CONNECTION_LOST', 'reason code 139'],
  ])('one that says good-bye with %i: %s', async (reason, code, said) => {
    // Mosquitto 2.0.11 only hangs up: bytes of a broker that says why, with CONNACK and DISCONNECT
    const polite = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(Buffer.from([0x20, 3, 0, 0, 0, 0xe0, 2, reason, 0])))
    }).listen(0, '127.0.0.1')
    await once(polite, 'listening')
    const { port } = polite.address() as AddressInfo
    const reconnect = { maxFailures: 2, delayMs: 1 }
    const source = topics('a', { url: urlOf(port), clientId: 'a', reconnect })
    const reading = run(source, { checkpoint: { store: new MemoryStore() } })
    await expect(reading.output().next()).rejects.toMatchObject({
      cause: { code, message: expect.stringContaining(said) },
    })
    polite.close()
  })

  test.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['#', 'a', true],
    ['#', '$SYS/a', false],
    ['+/a', '$SYS/a', false],
    ['$SYS/#', '$SYS/a', true],
    ['$share/group/a/+', 'a/b', true],
    ['a', 'a/b', false],
    ['+', '/a', false],
    ['+/+', '/a', true],
  ])('%s asks for %s: %s', (filter, topic, does) => {
    expect(matches(filter, topic)).toBe(does)
  })

  test('an IPv6 address is taken without its brackets', () => {
    const { host, server } = mqttAddress('topics', { url: 'mqtt://[::1]:1884' })
    expect([host, server]).toEqual(['::1', 'MQTT broker at [::1]:1884'])
  })

  test.each([
    () => topics('a', { username: 3 as never }),
    () => publish({ password: {} as never }),
    () => publish({ url: 'mqtt://a:%zz@127.0.0.1' }),
    () => topics('a', { keepaliveMs: 0 }),
  ])('an option that makes no sense is refused at once (%#)', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})
