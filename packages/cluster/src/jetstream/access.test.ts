// Who has the key gets in, who has not is told so; a file that cannot be read is a mistake that is named.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OwnServer } from '../../test/own-server.ts'
import { hasServer } from '../../test/server.ts'
import { serversWith } from './access.ts'
import { connectTo } from './connect.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-access-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('what goes together is checked, and files are read at once', () => {
  expect(() => serversWith([], { creds: join(folder, 'none') })).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining('credentials') }),
  )
  expect(() => serversWith([], { tlsCert: file('cert', 'x') })).toThrow('needs its key')
  expect(() => serversWith([], { creds: file('a', ''), nkey: file('b', '') })).toThrow('one of them')
  expect(
    serversWith(['tls://log'], { tlsCa: file('ca', 'A'), tlsCert: file('c', 'B'), tlsKey: file('k', 'C') }),
  ).toEqual({ servers: ['tls://log'], client: { tls: { ca: 'A', cert: 'B', key: 'C' } } })
  expect(serversWith(['nats://log'], {})).toEqual({ servers: ['nats://log'], client: {} })
})

describe.skipIf(!(await hasServer()))('a server that asks for an nkey', () => {
  test('lets in who has its seed, and no other', async () => {
    const pair = nkeys.createUser()
    const server = new OwnServer(`authorization { users = [ { nkey: ${pair.getPublicKey()} } ] }`)
    await server.start()
    try {
      const nkey = file('seed', `${Buffer.from(pair.getSeed()).toString()}\n`)
      await (await connectTo(serversWith([server.url], { nkey }))).close()
      await expect(connectTo(serversWith([server.url], {}))).rejects.toMatchObject({ code: 'NO_CLUSTER' })
    } finally {
      await server.remove()
    }
  })
})
