// Where a run on NATS could go on with a gap, fail without need, or try for ever what cannot go well.

import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, type Term } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { MemoryStore, VirtualClock } from '@millrace/core/testing'
import { fromIterable } from '@millrace/terms'
import { type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { isInstalled, OwnServer } from '../../test/own-server.ts'
import { denialOf } from '../../test/refused.case.ts'
import { Relay } from '../../test/relay.ts'
import { natsLink } from './connection.ts'
import { jetStream, publish, toJetStream } from './index.ts'
import { JetStreamReader } from './jet-stream-reader.ts'
import { natsAddress } from './options.ts'
import { asText } from './records.ts'

const CONFIG = `
jetstream: {}
max_payload: 1024
authorization: { users: [
  { user: all, password: secret }
  { user: little, password: secret, permissions: { publish: ["mine.*"], subscribe: ["_INBOX.>"] } }
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
  const admin = async <T>(f: (manager: JetStreamManager) => Promise<T>): Promise<T> => {
    const connection = await connect({ servers: address, user: 'all', pass: 'secret' })
    try {
      return await f(await jetstreamManager(connection))
    } finally {
      await connection.close()
    }
  }
  const streamOf = async (config: Partial<StreamConfig> = {}): Promise<string> => {
    const name = randomUUID()
    await admin((manager) => manager.streams.add({ subjects: [`${name}.*`], ...config, name }))
    return name
  }
  const fill = (subject: string, numbers: readonly number[]): Promise<unknown> =>
    admin(async (manager) => {
      const js = manager.jetstream()
      for (const n of numbers) await js.publish(subject, String(n))
    })
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
  const relayed = async (): Promise<Relay> => {
    const relay = await Relay.to(server)
    onTestFinished(() => relay.close())
    return relay
  }

  test('of a rare subject nothing is missed when the others of a busy stream are removed', async () => {
    const stream = await streamOf()
    const relay = await relayed()
    const reading = {
      address: natsAddress('a', { ...all, url: `nats://127.0.0.1:${relay.port}` }),
      stream,
      subject: `${stream}.rare`,
      from: 'start',
      missing: 'fail',
      batchItems: 8,
      decode: asText,
    } as const
    const reader = new JetStreamReader(reading, systemClock)
    onTestFinished(() => reader.end())
    const parts = reader.read(undefined)
    const itemsUntil = async (after: number): Promise<unknown[]> => {
      const items: unknown[] = []
      for (let at = -1; at < after; ) {
        const { value } = await parts.next()
        if (value === undefined) throw new Error('the source has ended')
        items.push(...value.items.map((item) => item?.data))
        at = (value.place as { after: number }).after
      }
      return items
    }
    await fill(reading.subject, [1])
    expect(await itemsUntil(1)).toEqual(['1'])
    await fill(`${stream}.often`, upTo(20))
    // the server's next sign of life says that it has looked through all 21
    expect(await itemsUntil(21)).toEqual([])
    await admin((manager) => manager.streams.purge(stream, { seq: 22 }))
    relay.cut()
    await fill(reading.subject, [2])
    expect(await itemsUntil(22)).toEqual(['2'])
  })

  test.each([['start'], [2]] as const)(
    'from %s: what was removed before the run is not missed by the one that goes on',
    async (from) => {
      const stream = await streamOf()
      await fill(`${stream}.n`, upTo(10))
      await admin((manager) => manager.streams.purge(stream))
      const options = { checkpoint: { store: new MemoryStore(), everyMs: 10 } }
      await runUpToCheckpoint(jetStream(stream, { ...all, from }), options)
      await fill(`${stream}.n`, [10])
      expect(await firstOf(jetStream(stream, { ...all, from }), options)).toBe(11)
    },
  )

  test.each([
    ['start', 10],
    ['now', 10],
    [2, 10],
    [20, 19],
  ] as const)('from %s, the first place of a run is behind what was removed', async (from, after) => {
    const stream = await streamOf()
    await fill(`${stream}.n`, upTo(10))
    await admin((manager) => manager.streams.purge(stream))
    const how = { subject: undefined, missing: 'fail', batchItems: 8, decode: asText } as const
    const reader = new JetStreamReader({ address: natsAddress('a', all), stream, from, ...how }, systemClock)
    const { value } = await reader.read(undefined).next()
    expect(value?.place).toMatchObject({ after })
    await reader.end()
  })

  test('from a sequence that is still to come, and gone on with before it has', async () => {
    const stream = await streamOf()
    await fill(`${stream}.n`, upTo(3))
    const options = { checkpoint: { store: new MemoryStore(), everyMs: 10 } }
    await runUpToCheckpoint(jetStream(stream, { ...all, from: 6 }), options)
    await fill(`${stream}.n`, upTo(5))
    expect(await firstOf(jetStream(stream, { ...all, from: 6 }), options)).toBe(6)
  })

  test('a graph that is busy for long keeps its connection', async () => {
    const stream = await streamOf()
    await fill(`${stream}.n`, upTo(200))
    const relay = await relayed()
    const source = jetStream(stream, { ...all, url: `nats://127.0.0.1:${relay.port}`, batchItems: 8 })
    const output = run(source, { edges: { capacityItems: 1 }, batchItems: 1 }).output()
    const came: number[] = []
    for await (const { data } of output) {
      // longer than the client waits for a sign of life
      if (came.length === 20) await new Promise((resolve) => void setTimeout(resolve, 10_000))
      if (came.push(Number(data)) === 200) break
    }
    expect([came, relay.connections]).toEqual([upTo(200), 1])
  })

  describe('refused', () => {
    const one = (subject: string): Term<never, { subject: string; data: string }> =>
      fromIterable([{ subject, data: 'x' }])

    test('a subject that its user must not publish to', async () => {
      const sink = publish({ ...all, username: 'little' })
      expect(await denialOf(one('other.n').pipe(sink))).toContain('permissions')
      await run(one('mine.n').pipe(publish({ ...all, username: 'little' }))).done
    })

    test('a subject of another stream', async () => {
      const [stream, other] = [await streamOf(), await streamOf()]
      expect(await denialOf(one(`${stream}.n`).pipe(toJetStream({ ...all, stream: other })))).toContain(
        'Another stream',
      )
    })

    test('a work queue as a stream', async () => {
      const stream = await streamOf({ retention: 'workqueue' })
      expect(await denialOf(jetStream(stream, all))).toContain('work queue')
    })

    test('a stream that is full, and stays so', async () => {
      const stream = await streamOf({ max_msgs: 1, discard: 'new' })
      await fill(`${stream}.n`, [1])
      const sink = toJetStream({ ...all, reconnect: { maxFailures: 3, delayMs: 1 } })
      expect(await denialOf(one(`${stream}.n`).pipe(sink))).toContain('stream is full')
    })

    test('a stream that is full gets its messages once there is room', async () => {
      const stream = await streamOf({ max_msgs: 1, discard: 'new' })
      await fill(`${stream}.n`, [1])
      const reconnect = { maxFailures: 1000, delayMs: 10, maxDelayMs: 10 }
      const sink = toJetStream({ ...all, reconnect })
      const running = run(one(`${stream}.n`).pipe(sink))
      await admin((manager) => manager.streams.purge(stream))
      expect((await running.done).result(sink)).toEqual({ messages: 1 })
    })

    test.each([
      ['publish', publish(all)],
      ['toJetStream', toJetStream(all)],
    ])('%s: a message that is larger than the server takes', async (_, sink) => {
      const stream = await streamOf()
      const large = fromIterable([{ subject: `${stream}.n`, data: 'x'.repeat(2000) }])
      await expect(run(large.pipe(sink)).done).rejects.toMatchObject({
        cause: { code: 'BAD_INPUT', message: expect.stringContaining('max_payload') },
      })
    })

    test.each([
      { 'a b': 'x' },
      { 'a:b': 'x' },
      { '': 'x' },
      { a: 'x\r\ny' },
      { a: ['x', 3] },
      { a: undefined },
      [['x']],
      'x',
    ])('%j are no headers: that item alone fails', async (headers) => {
      const stream = await streamOf()
      const items = [
        { subject: `${stream}.n`, data: '1' },
        { subject: `${stream}.n`, data: '2', headers: headers as never },
        { subject: `${stream}.n`, data: '3' },
      ]
      const sink = toJetStream(all).onFailure({ onError: 'skip' })
      await run(fromIterable(items).pipe(sink)).done
      expect(await admin(async (manager) => (await manager.streams.info(stream)).state.messages)).toBe(2)
    })

    test.each([
      () => jetStream('a', { username: 3 as never }),
      () => jetStream('a', { token: {} as never }),
      () => publish({ url: 'nats://%zz@127.0.0.1' }),
      () => publish({ url: 7 as never }),
      () => publish({ tls: { ca: 3 as never } }),
    ])('an option of another type (%#)', (make) => {
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    })
  })

  test('a connection is let go though the server does not answer', async () => {
    const made = async (connection: Awaited<ReturnType<typeof connect>>) => ({ connection })
    const link = natsLink(natsAddress('a', all), new VirtualClock(), made, () => new Promise(() => undefined))
    const connection = await link.call(async (client) => client.connection)
    await link.end()
    expect(connection.isClosed()).toBe(true)
  })
}

/** Of a source that has nothing to give yet. */
async function runUpToCheckpoint(source: Term<never, unknown>, options: object): Promise<void> {
  const running = run(source, options)
  running.on('checkpoint', () => void running.stop())
  for await (const _ of running.output());
  await running.done
}

async function firstOf(
  source: Term<never, { readonly sequence: number }>,
  options: object,
): Promise<unknown> {
  for await (const { sequence } of run(source, options).output()) return sequence
  return undefined
}
