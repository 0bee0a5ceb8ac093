// The log on NATS JetStream keeps the contract of a substrate, and hosts of two different graphs do not share one.

import { systemClock } from '@millrace/core/engine'
import { jetstreamManager } from '@nats-io/jetstream'
import { describe, expect, test } from 'vitest'
import { Relay } from '../../test/relay.ts'
import { hasServer, runName, SERVER } from '../../test/server.ts'
import { BEGIN } from '../port/records.ts'
import { describeSubstrate, EDGES } from '../port/substrate.case.ts'
import { readCommitted } from '../protocol/read-committed.ts'
import { removeRun } from './clean.ts'
import { connectTo } from './connect.ts'
import { JetStreamSubstrate } from './jetstream-substrate.ts'
import { namesOf } from './names.ts'

/** As long as a test may take. */
const PATIENT = { timeout: 100_000 }
const server = { servers: [SERVER] }

describe.skipIf(!(await hasServer()))('on NATS JetStream', () => {
  describeSubstrate(async () => {
    const run = runName()
    return {
      open: () => JetStreamSubstrate.open(run, { lines: ['graph'], edges: EDGES }, server),
      remove: async () => void (await removeRun(run, server)),
    }
  })

  test('a host with another graph is refused, with the first difference', async () => {
    const run = runName()
    const one = await JetStreamSubstrate.open(run, { lines: ['a', 'b'], edges: [] }, server)
    const other = JetStreamSubstrate.open(run, { lines: ['a', 'c'], edges: [] }, server)
    await expect(other).rejects.toMatchObject({
      code: 'OTHER_RUN',
      message: expect.stringContaining('there b, here c'),
    })
    await one.close()
    expect(await removeRun(run, server)).toHaveLength(3)
    expect(await removeRun(run, server)).toEqual([])
  })

  test('reports go to those that ask for them, not to every host', async () => {
    const run = runName()
    const open = () => JetStreamSubstrate.open(run, { lines: [], edges: [] }, server)
    const [host, command] = [await open(), await open()]
    const connection = await connectTo(server)
    const jsm = await jetstreamManager(connection)
    const { bucket } = namesOf(run)
    const heard = async (): Promise<string[]> => {
      const found: string[] = []
      for await (const { config } of jsm.consumers.list(`KV_${bucket}`))
        found.push(config.filter_subject ?? '>')
      return found.sort()
    }
    const hints = `$KV.${bucket}.h.>`
    await expect.poll(heard, PATIENT).toEqual([hints, hints])
    await host.report({ member: 'h', tasks: [] })
    while ((await command.reports()).length === 0) await new Promise((resolve) => void setTimeout(resolve, 5))
    await expect.poll(heard, PATIENT).toEqual([`$KV.${bucket}.f.>`, hints, hints])
    await Promise.all([host.close(), command.close(), connection.close()])
    await removeRun(run, server)
  })

  test('what was sent on a connection that was lost comes again', async () => {
    const run = runName()
    const graph = { lines: [], edges: ['edge'] }
    const relay = new Relay(Number(new URL(SERVER).port))
    const through = { servers: [`nats://127.0.0.1:${await relay.listen()}`] }
    const reader = await JetStreamSubstrate.open(run, graph, through)
    const writer = await JetStreamSubstrate.open(run, graph, server)
    const send = async (transaction: number): Promise<void> => {
      const chunk = { kind: 'chunk', epoch: 1, transaction, index: 0, more: false } as const
      await writer.send('edge', { ...chunk, payload: Buffer.from(`item ${transaction}`) })
      await writer.send('edge', { kind: 'marker', epoch: 1, transaction, count: 1, end: false })
    }
    const stop = new AbortController()
    const { signal } = stop
    const reading = readCommitted({
      substrate: reader,
      clock: systemClock,
      edge: 'edge',
      from: BEGIN,
      signal,
    })
    const next = async () => Buffer.from((await reading.next()).value?.payload ?? []).toString()
    await send(1)
    expect(await next()).toBe('item 1')
    const second = next()
    const swallowed = relay.swallow('{"kind":"marker","epoch":1,"transaction":2')
    await send(2)
    await swallowed
    relay.interrupt()
    expect(await second).toBe('item 2')
    stop.abort()
    await Promise.all([reader.close(), writer.close()])
    relay.close()
    await removeRun(run, server)
  })

  test('where no server answers, one line says so', async () => {
    const nowhere = { servers: ['nats://127.0.0.1:1'], client: { maxReconnectAttempts: 0 } }
    const opening = JetStreamSubstrate.open(runName(), { lines: [], edges: [] }, nowhere)
    await expect(opening).rejects.toMatchObject({
      code: 'NO_CLUSTER',
      message: expect.stringContaining('127.0.0.1:1'),
    })
  })
})
