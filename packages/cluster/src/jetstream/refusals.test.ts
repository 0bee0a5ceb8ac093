// What a server refuses for good is told at once, with its reason; what it cannot do now is asked again.

import { JetStreamApiError } from '@nats-io/jetstream'
import { describe, expect, test } from 'vitest'
import { OwnServer } from '../../test/own-server.ts'
import { hasServer, runName } from '../../test/server.ts'
import { meaningOf } from './errors.ts'
import { JetStreamSubstrate } from './jetstream-substrate.ts'

const outline = { lines: [], edges: ['edge'] }
const client = { user: 'u', pass: 'p' }

async function withServer(config: string, use: (server: OwnServer) => Promise<void>): Promise<void> {
  const server = new OwnServer(config)
  await server.start()
  try {
    await use(server)
  } finally {
    await server.remove()
  }
}

describe.skipIf(!(await hasServer()))('told at once', () => {
  test('a permission that is missing', async () => {
    const rules = 'permissions: { publish: { deny: ["$JS.API.STREAM.CREATE.>"] } }'
    await withServer(`authorization { users = [ { user: u, password: p, ${rules} } ] }`, async ({ url }) => {
      const opening = JetStreamSubstrate.open(runName(), outline, { servers: [url], client })
      await expect(opening).rejects.toMatchObject({
        code: 'SERVER_REFUSED',
        message: expect.stringMatching(/permissions violation/i),
      })
    })
  })

  test('as many streams as the account may have', async () => {
    const account = 'accounts { A: { jetstream: { max_streams: 2 }, users: [ { user: u, password: p } ] } }'
    await withServer(account, async ({ url }) => {
      const opening = JetStreamSubstrate.open(runName(), outline, { servers: [url], client })
      await expect(opening).rejects.toMatchObject({
        code: 'SERVER_REFUSED',
        message: expect.stringContaining('maximum number of streams'),
      })
    })
  })

  test('a message that is larger than the server takes', async () => {
    await withServer('max_payload: 65536', async ({ url }) => {
      const substrate = await JetStreamSubstrate.open(runName(), outline, { servers: [url] })
      try {
        await expect(substrate.saveState('t', [new Uint8Array(100_000)])).rejects.toMatchObject({
          code: 'SERVER_REFUSED',
          message: expect.stringContaining('max_payload'),
        })
      } finally {
        await substrate.close()
      }
    })
  })
})

test('a server that is full may have room later', () => {
  const full = new JetStreamApiError({ code: 503, err_code: 10047, description: 'insufficient storage' })
  expect(meaningOf(full, 'beat', 'h')).toMatchObject({ code: 'OUTCOME_UNKNOWN', isPutOff: true })
  expect(meaningOf(new Error('TIMEOUT'), 'beat', 'h')).toMatchObject({ isPutOff: false })
})
