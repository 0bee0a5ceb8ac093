// A server that goes away just when a host begins is asked again.

import { describe, expect, test } from 'vitest'
import { Relay } from '../../test/relay.ts'
import { hasServer, runName, SERVER } from '../../test/server.ts'
import { removeRun } from './clean.ts'
import { JetStreamSubstrate } from './jetstream-substrate.ts'

const PATIENT_MS = 60_000
const server = { servers: [SERVER] }
const outline = { lines: ['graph'], edges: ['edge'] }

describe.skipIf(!(await hasServer()))('a server that goes away', () => {
  test.concurrent.each([
    '$JS.API.INFO',
    '$JS.API.STREAM.CREATE.KV_',
    '.outline',
    '$JS.API.STREAM.CREATE.MR_',
    '$JS.API.CONSUMER.CREATE.',
  ])('a host begins though the connection breaks at %s', { timeout: PATIENT_MS }, async (step) => {
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
})
