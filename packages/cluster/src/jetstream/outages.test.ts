// A server that goes away just when a host begins is asked again, and a connection that is closed while it is made anew
// leaves nothing open.

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Relay } from '../../test/relay.ts'
import { hasServer, runName, SERVER } from '../../test/server.ts'
import { removeRun } from './clean.ts'
import { connectTo } from './connect.ts'
import { JetStreamSubstrate } from './jetstream-substrate.ts'

const server = { servers: [SERVER] }
const outline = { lines: ['graph'], edges: ['edge'] }

describe.skipIf(!(await hasServer()))('a server that goes away', () => {
  test.concurrent.each([
    '$JS.API.INFO',
    '$JS.API.STREAM.CREATE.KV_',
    '.outline',
    '$JS.API.STREAM.CREATE.MR_',
    '$JS.API.CONSUMER.CREATE.',
  ])('a host begins though the connection breaks at %s', async (step) => {
    const run = runName()
    const relay = new Relay(Number(new URL(SERVER).port))
    relay.interruptAt(step)
    const substrate = await JetStreamSubstrate.open(run, outline, {
      servers: [`nats://127.0.0.1:${await relay.listen()}`],
    })
    expect(relay.cuts).toBe(1)
    expect(await substrate.tail('task')).toBeUndefined()
    await substrate.close()
    relay.close()
    await removeRun(run, server)
  })

  test('a try to connect that is under way ends with the connection', async () => {
    const relay = new Relay(Number(new URL(SERVER).port))
    const connection = await connectTo({ servers: [`nats://127.0.0.1:${await relay.listen()}`] })
    const dialled = await relay.accept()
    const closed = once(dialled, 'close')
    dialled.resume()
    await connection.close()
    await closed
    relay.close()
  })

  test('a try to connect that took too long leaves nothing open', async () => {
    const relay = new Relay(Number(new URL(SERVER).port))
    const accepting = relay.accept()
    const client = { timeout: 100, maxReconnectAttempts: 0 }
    const connecting = connectTo({ servers: [`nats://127.0.0.1:${await relay.listen()}`], client })
    connecting.catch(() => undefined) // it may be refused before it is looked at
    const dialled = await accepting
    const closed = once(dialled, 'close')
    dialled.resume()
    await expect(connecting).rejects.toMatchObject({ code: 'NO_CLUSTER' })
    await closed
    relay.close()
  })

  test('a connection on which nothing gets through is made again', async () => {
    const relay = new Relay(Number(new URL(SERVER).port))
    const client = { pingInterval: 50 }
    const connection = await connectTo({ servers: [`nats://127.0.0.1:${await relay.listen()}`], client })
    const again = relay.freeze()
    // more than the buffers of a connection hold
    for (let i = 0; i < 64; i++) connection.publish(`mr.${runName()}.none`, Buffer.alloc(1_000_000))
    await again
    await connection.close()
    relay.close()
  })
})
