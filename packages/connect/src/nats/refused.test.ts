// What a run says that NATS refuses, what three restarts in the middle of it do, and what is live.

import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { fromIterable, map, takeWhile } from '@millrace/terms'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, describe, expect, test } from 'vitest'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { denialOf, tlsContract } from '../../test/refused.case.ts'
import { jetStream, publish, subscribe, toJetStream } from './index.ts'

const CONFIG = `
jetstream: {}
authorization: { users: [
  { user: all, password: secret }
  { user: little, password: secret, permissions: { publish: ["$JS.API.>", "_INBOX.>"], subscribe: ["_INBOX.>"] } }
] }
`

if (isInstalled('nats-server')) {
  const server = await OwnServer.start('NATS', (port, folder) => {
    const config = join(folder, 'nats.conf')
    writeFileSync(config, CONFIG)
    return ['nats-server', '-a', '127.0.0.1', '-p', String(port), '-sd', folder, '-c', config]
  })
  afterAll(() => server.close())
  const address = `nats://127.0.0.1:${server.port}`
  const all = { url: address, username: 'all', password: 'secret' }
  const little = { ...all, username: 'little' }
  const admin = async <T>(
    f: (manager: JetStreamManager, connection: NatsConnection) => Promise<T>,
  ): Promise<T> => {
    const connection = await connect({ servers: address, user: 'all', pass: 'secret' })
    try {
      return await f(await jetstreamManager(connection), connection)
    } finally {
      await connection.close()
    }
  }
  const fill = (stream: string, count: number): Promise<unknown> =>
    admin(async (manager) => {
      const js = manager.jetstream()
      const subjects = Array.from({ length: count }, (_, n) => js.publish(`${stream}.n`, String(n)))
      return await Promise.all(subjects)
    })
  await admin((manager) => manager.streams.add({ name: 'S', subjects: ['S.*'] }))

  describe('NATS refuses', () => {
    const sinkOf = (options: object, subject = 'S.n') =>
      fromIterable([{ subject, data: 'x' }]).pipe(toJetStream(options))

    test.each([
      ['a wrong password', jetStream('S', { ...all, password: 'no' }), 'username and password'],
      ['no password', subscribe('a', { url: address }), 'username and password'],
      ['a stream that is not there', jetStream('NONE', all), 'no such stream'],
      ['a subject that no stream takes', sinkOf(all, 'other.n'), 'No stream takes the subject other.n'],
      ['a user without the right to a subject', subscribe('a', little), 'permissions'],
      ['a user without the right to publish', sinkOf(little), 'permissions'],
    ])('%s', async (_, term, said) => {
      expect(await denialOf(term)).toContain(said)
    })

    test('JetStream that is off', async () => {
      const plain = await OwnServer.start('NATS', (port) => [
        'nats-server',
        '-a',
        '127.0.0.1',
        '-p',
        String(port),
      ])
      const url = `nats://127.0.0.1:${plain.port}`
      expect(await denialOf(jetStream('S', { url }))).toContain('-js')
      await plain.close()
    })

    tlsContract({
      service: server,
      source: (port, tls) => jetStream('T', { ...all, url: `nats://127.0.0.1:${port}`, tls }),
      async open({ certFile, keyFile, ca }) {
        const front = await OwnServer.start('NATS', (port, folder) => {
          const tls = ['--tls', '--tlscert', certFile, '--tlskey', keyFile]
          return ['nats-server', '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder, ...tls]
        })
        const tls = { ca, rejectUnauthorized: false }
        const connection = await connect({ servers: `127.0.0.1:${front.port}`, tls })
        const manager = await jetstreamManager(connection)
        await manager.streams.add({ name: 'T', subjects: ['T.*'] })
        await manager.jetstream().publish('T.a', 'x')
        await connection.close()
        return { port: front.port, close: () => front.close() }
      },
    })
  })

  test('three restarts: each message once', async () => {
    const stream = randomUUID()
    const count = 400
    await admin((manager) => manager.streams.add({ name: stream, subjects: [`${stream}.*`] }))
    await fill(stream, count)
    const came: number[] = []
    const source = jetStream(stream, { ...all, batchItems: 12 })
    for await (const { data } of run(source, { edges: { capacityItems: 4 } }).output()) {
      came.push(Number(data))
      if (came.length === count) break
      if ([100, 200, 300].includes(came.length)) await server.restart()
    }
    expect(came).toEqual(Array.from({ length: count }, (_, n) => n))
    await expect
      .poll(() => admin(async (manager) => (await manager.streams.info(stream)).state.consumer_count))
      .toBe(0)
  })

  test('what was removed behind the position is missed aloud, or passed over', async () => {
    const stream = randomUUID()
    await admin((manager) => manager.streams.add({ name: stream, subjects: [`${stream}.*`] }))
    await fill(stream, 200)
    const store = new MemoryStore()
    const numbers = (missing: 'fail' | 'skip') =>
      jetStream(stream, { ...all, batchItems: 4, missing }).pipe(
        map(({ data }) => Number(data)),
        takeWhile((n: number) => n !== 199),
      )
    const options = { checkpoint: { store, everyItems: 2 }, edges: { capacityItems: 1 } }
    const running = run(numbers('fail'), options)
    let checkpoints = 0
    running.on('checkpoint', () => {
      checkpoints++
    })
    for await (const _ of running.output()) if (checkpoints > 2) void running.stop()
    await running.done
    expect((await store.list()).length).toBeGreaterThan(0)
    await admin((manager) => manager.streams.purge(stream, { seq: 197 }))
    const readAll = async (source: ReturnType<typeof numbers>): Promise<number[]> => {
      const came: number[] = []
      for await (const n of run(source, options).output()) came.push(n)
      return came
    }
    await expect(readAll(numbers('fail'))).rejects.toMatchObject({ cause: { code: 'MESSAGES_MISSED' } })
    const rest = await readAll(numbers('skip'))
    expect(rest.slice(-3)).toEqual([196, 197, 198])
  })

  test('what is published while it listens; what is too much is said', async () => {
    const came: string[] = []
    const done = (async () => {
      for await (const { subject, data, headers } of run(subscribe('live.*', all)).output()) {
        came.push(`${subject} ${data} ${headers?.['a']}`)
        if (came.length === 3) break
      }
    })()
    const messages = fromIterable([1, 2, 3]).pipe(
      map((n: number) => ({ subject: 'live.a', data: String(n), headers: { a: ['x', 'y'] } })),
    )
    const sink = publish(all)
    await expect
      .poll(async () => {
        if (came.length === 0)
          expect((await run(messages.pipe(sink)).done).result(sink)).toEqual({ messages: 3 })
        return came.length
      })
      .toBe(3)
    await done
    expect(came).toEqual([1, 2, 3].map((n) => `live.a ${n} x,y`))

    const running = run(subscribe('much', { ...all, pendingItems: 5 }), { edges: { capacityItems: 1 } })
    const output = running.output()
    const failed = expect(running.done).rejects.toMatchObject({ cause: { code: 'MESSAGES_MISSED' } })
    await admin(async (_, connection) => {
      for (let n = 0; n < 2000; n++) {
        connection.publish('much', 'x')
        if (n % 100 === 0) await connection.flush()
      }
    })
    await output.next().catch(() => undefined)
    for (let step = await output.next().catch(() => undefined); step?.done === false; ) {
      step = await output.next().catch(() => undefined)
    }
    await failed
  })

  test('an id of its own: what came before is not stored again', async () => {
    const stream = randomUUID()
    await admin((manager) => manager.streams.add({ name: stream, subjects: [`${stream}.*`] }))
    const messages = fromIterable([1, 2, 2, 3]).pipe(
      map((n: number) => ({ subject: `${stream}.n`, data: String(n) })),
    )
    for (let times = 0; times < 2; times++) {
      await run(messages.pipe(toJetStream({ ...all, id: ({ data }) => String(data) }))).done
    }
    expect(await admin(async (manager) => (await manager.streams.info(stream)).state.messages)).toBe(3)
    await run(messages.pipe(toJetStream(all))).done
    expect(await admin(async (manager) => (await manager.streams.info(stream)).state.messages)).toBe(7)
  })

  test.each([
    () => jetStream(''),
    () => jetStream('a', { from: 0 }),
    () => jetStream('a', { url: 'http://127.0.0.1' }),
    () => jetStream('a', { missing: 'no' as 'fail' }),
    () => jetStream('a', { batch: 3 } as object),
    () => subscribe([]),
    () => subscribe('a', { overflow: 'no' as 'fail' }),
    () => toJetStream({ id: 3 as never }),
    () => publish({ batchItems: 0 }),
  ])('an option that makes no sense is refused at once (%#)', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
}
