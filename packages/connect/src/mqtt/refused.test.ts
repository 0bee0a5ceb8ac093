// What a run says that Mosquitto refuses, what three restarts in the middle of it do, and what a message says of itself.

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { fromIterable, map } from '@millrace/terms'
import { connectAsync } from 'mqtt'
import { afterAll, describe, expect, test } from 'vitest'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { denialOf, tlsContract } from '../../test/refused.case.ts'
import { publish, topics } from './index.ts'

if (isInstalled('mosquitto') && isInstalled('mosquitto_passwd')) {
  const server = await OwnServer.start('Mosquitto', (port, folder) => {
    const [config, passwords] = ['mosquitto.conf', 'passwords'].map((name) => join(folder, name))
    execFileSync('mosquitto_passwd', ['-c', '-b', passwords as string, 'all', 'secret'])
    chmodSync(passwords as string, 0o600)
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      'user root',
      'max_queued_messages 0',
      'persistence true',
      `persistence_location ${folder}/`,
    ]
    writeFileSync(config as string, `${lines.join('\n')}\n`)
    return ['mosquitto', '-c', config as string]
  })
  afterAll(() => server.close())
  const url = `mqtt://127.0.0.1:${server.port}`
  const all = { url, username: 'all', password: 'secret' }
  const admin = { username: 'all', password: 'secret', protocolVersion: 5 } as const

  describe('Mosquitto refuses', () => {
    const sinkOf = (options: object) => fromIterable([{ topic: 'a', data: 'x' }]).pipe(publish(options))

    test.each([
      ['a wrong password', topics('a', { ...all, password: 'no' }), 'username and password'],
      ['no password', sinkOf({ url }), 'username and password'],
    ])('%s', async (_, term, said) => {
      expect(await denialOf(term)).toContain(said)
    })

    const topic = `test-${randomUUID()}`
    tlsContract({
      service: server,
      async before() {
        const kept = fromIterable([{ topic, data: 'x', retain: true }])
        await run(kept.pipe(publish(all))).done
      },
      source: (port, tls) => topics(topic, { ...all, url: `mqtt://127.0.0.1:${port}`, tls }),
    })
  })

  test('three restarts: no message lost', async () => {
    const topic = `test-${randomUUID()}`
    const clientId = `${topic}-reader`
    const session = await connectAsync(url, {
      ...admin,
      clientId,
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    })
    await session.subscribeAsync(topic, { qos: 1 })
    await session.endAsync()
    const count = 400
    const numbers = Array.from({ length: count }, (_, n) => n)
    await run(
      fromIterable(numbers).pipe(
        map((n) => ({ topic, data: String(n) })),
        publish(all),
      ),
    ).done
    const came = new Set<number>()
    let restarts = 0
    const source = topics(topic, { ...all, clientId, prefetch: 10 })
    for await (const { data } of run(source, { edges: { capacityItems: 4 } }).output()) {
      came.add(Number(data))
      if (came.size === count) break
      if (came.size === 100 * (restarts + 1)) {
        restarts++
        await server.restart()
      }
    }
    expect([restarts, [...came].sort((a, b) => a - b)]).toEqual([3, numbers])
  })

  test.each([0, 1, 2] as const)('QoS %i, with properties', async (qos) => {
    const topic = `test-${randomUUID()}`
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Uint8Array.from([1, 2]),
      userProperties: { a: ['x', 'y'] },
    }
    const sink = publish({ ...all, qos })
    const message = fromIterable([{ topic, data: 'x', retain: true, properties }])
    expect((await run(message.pipe(sink)).done).result(sink)).toEqual({ messages: 1 })
    const seen: unknown[] = []
    for await (const item of run(
      topics(topic, { ...all, clientId: `${topic}-r`, sessionMs: 1000 }),
    ).output()) {
      const { correlationData, ...others } = item.properties ?? {}
      seen.push({ ...item, properties: others }, [...(correlationData ?? [])])
      break
    }
    const { correlationData: _, ...others } = properties
    const item = {
      topic,
      data: 'x',
      qos: Math.min(qos, 1),
      retain: true,
      duplicate: false,
      properties: others,
    }
    expect(seen).toEqual([item, [1, 2]])
    await run(fromIterable([{ topic, data: '', retain: true }]).pipe(publish(all))).done
  })

  test.each([{ topic: 'a' }, { topic: 'a/#', data: 'x' }, 'text'])('%o is no message', async (item) => {
    const source = fromIterable([item as never as { topic: string; data: string }])
    await expect(run(source.pipe(publish(all))).done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
  })

  test.each([
    () => topics([]),
    () => topics('a/#/b'),
    () => topics('a+'),
    () => topics('a', { qos: 1 }),
    () => topics('a', { qos: 2 as 1, clientId: 'a' }),
    () => topics('a', { prefetch: 0 }),
    () => topics('a', { sessionMs: 0 }),
    () => topics('a', { url: 'http://127.0.0.1' }),
    () => publish({ qos: 3 as 1 }),
    () => publish({ clientId: 'a' } as object),
  ])('an option that makes no sense is refused at once (%#)', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
}
