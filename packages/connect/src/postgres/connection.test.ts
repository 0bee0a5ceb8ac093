// Goal: connections to PostgreSQL are let go of in every state, made again where that helps, and explained where it does not.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { MillraceError, run, type Term } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { collect, fromIterable, map } from '@millrace/terms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failure } from '../../test/failure.ts'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { Relay } from '../../test/relay.ts'
import { answers, services } from '../../test/service.ts'
import { tlsServer } from '../../test/tls.ts'
import { clientConfigOf, explain, verdictOn } from './connection.ts'
import { copyFrom, insert, listen, type PostgresConnection, query } from './index.ts'

const isThere = await answers(services.postgres)

/** A server on loopback that does this with each connection. */
async function serverOf(serve: (socket: Socket) => void): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.resume()
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

const sources = (server: PostgresConnection, sql: string): [string, Term<never, unknown>][] => [
  ['query by key', query(sql, { connection: server, key: 'n' })],
  ['query without a key', query(sql, { connection: server })],
  ['copyFrom', copyFrom(sql, { connection: server })],
  ['listen', listen('millrace none', { connection: server })],
]
const names = ['query by key', 'query without a key', 'copyFrom', 'listen'] as const

describe.skipIf(!isThere)('a run that is cancelled lets go', () => {
  for (const [at, name] of names.entries()) {
    test(`${name}: of a server that does not answer`, async () => {
      const { port, sockets } = await serverOf(() => undefined)
      // far longer than the test may take
      const server = { ...postgresAt(port), connectTimeoutMs: 600_000 }
      const running = run(
        (sources(server, 'select 1 as n')[at] as [string, Term<never, unknown>])[1].pipe(collect()),
      )
      await expect.poll(() => sockets.size).toBe(1)
      await running.cancel()
      await expect.poll(() => sockets.size).toBe(0)
    })

    // what a cursor runs is called by the name of the cursor
    if (name === 'listen' || name === 'query without a key') continue
    test(`${name}: of a long first statement`, async () => {
      const relay = await Relay.to(services.postgres)
      onTestFinished(() => relay.close())
      const client = await postgresClient()
      const marker = `m${Math.random().toString(36).slice(2)}`
      const sql = `select 1 as n from (select pg_sleep(600)) as ${marker}`
      const term = (sources(postgresAt(relay.port), sql)[at] as [string, Term<never, unknown>])[1]
      const running = run(term.pipe(collect()))
      const busy = `select pid from pg_stat_activity where query like $1 and pid <> pg_backend_pid() and wait_event = 'PgSleep'`
      const pids = async () => (await client.query<{ pid: number }>(busy, [`%${marker}%`])).rows
      await expect.poll(async () => (await pids()).length).toBe(1)
      await running.cancel()
      await expect.poll(() => relay.open).toBe(0)
      for (const { pid } of await pids()) await client.query('select pg_terminate_backend($1)', [pid])
    })
  }

  test('a sink: of a server that does not answer', async () => {
    const { port, sockets } = await serverOf(() => undefined)
    const server = { ...postgresAt(port), connectTimeoutMs: 600_000 }
    const running = run(
      fromIterable([{ n: 1 }]).pipe(insert<{ n: number }>('t', { connection: server, columns: ['n'] })),
    )
    await expect.poll(() => sockets.size).toBe(1)
    await running.cancel()
    await expect.poll(() => sockets.size).toBe(0)
  })
})

describe.skipIf(!isThere)('a connection that only the server still holds', () => {
  test('does not keep its own run from its lock', async () => {
    // what the client has cut stays open towards the server
    const towards = new Set<Socket>()
    const { port, sockets } = await serverOf((socket) => {
      const server = connect(services.postgres.port, services.postgres.host)
      towards.add(server)
      server
        .on('error', () => undefined)
        .on('data', (bytes) => void (socket.destroyed || socket.write(bytes)))
      socket.on('data', (bytes) => void server.write(bytes))
    })
    onTestFinished(() => {
      for (const server of towards) server.destroy()
    })
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int')
    const sink = insert<{ n: number }>(table, {
      connection: postgresAt(port),
      columns: ['n'],
      id: table,
      batchItems: 1,
      lockWaitMs: 100,
    })
    const cutting = map((row: { n: number }) => {
      if (row.n === 20) for (const socket of sockets) socket.destroy()
      return row
    })
    const rows = Array.from({ length: 40 }, (_, n) => ({ n }))
    const summary = await run(fromIterable(rows).pipe(cutting, sink), {
      checkpoint: { store: new MemoryStore(), everyItems: 5 },
    }).done
    expect([summary.result(sink), towards.size]).toEqual([{ rows: 40, refused: 0 }, 2])
    expect((await client.query(`select n from "${table}" order by n`)).rows).toEqual(rows)
  })
})

describe('what no further try would mend is told at once', () => {
  test('a password that the server asks for, and that is not there; and what is no matter of the network', () => {
    const asked = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
    expect([verdictOn(asked), explain(asked, 'S').message]).toEqual([
      'lasting',
      expect.stringMatching(/Look at the user and the password/),
    ])
    expect(verdictOn(new TypeError('x is not a function'))).toBe('lasting')
    for (const message of ['Connection terminated unexpectedly', 'timeout expired']) {
      expect(verdictOn(new Error(message))).toBe('passing')
    }
    expect(verdictOn(Object.assign(new Error('read'), { code: 'ECONNRESET' }))).toBe('passing')
  })

  test('a certificate of another name, unless servername says so', async () => {
    const { port, ca } = await tlsServer('millrace.test')
    const denied = async (servername: string): Promise<string> => {
      const server = { host: 'localhost', port, user: 'u', tls: { ca, servername } }
      const reconnect = { maxFailures: 1 }
      const { code, message } = await failure(
        query('select 1 as n', { connection: server, key: 'n', reconnect }).pipe(collect()),
      )
      return `${code} ${message}`
    }
    expect(await denied('other.test')).toMatch(/^CONNECTION_DENIED .*another name/)
    // the handshake is as far as this server goes
    expect(await denied('millrace.test')).not.toMatch(/another name|not trusted/)
  })
})

test('no message shows a password', () => {
  for (const text of [
    'postgresql+x://u:secret@h',
    'postgres://u:secret@h:port/db',
    'u:secret@h/db',
    'postgres://u:sec%zzret@h/db',
    'mysql://h?password=secret',
  ]) {
    let message = ''
    try {
      query('select 1', { connection: text })
    } catch (error) {
      expect(error).toBeInstanceOf(MillraceError)
      message = String(error)
    }
    expect(message).toMatch(/^InvalidOptionError: connection of query\(\) must be postgres:/)
    expect(message).not.toMatch(/sec/)
  }
  query('select 1', { connection: 'postgres://u:p@/db' })
})

test('the system is told to find out connections that are silent', () => {
  const delay = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }
  expect(clientConfigOf('query', 'postgres://h/db')).toMatchObject(delay)
  expect(clientConfigOf('query', { host: 'h' })).toMatchObject(delay)
})
