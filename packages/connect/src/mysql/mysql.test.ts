// Goal: what MariaDB's terms do with values, with rows that are refused, with mistakes, and with one another.

import { type MillraceError, run, type Term } from '@millrace/core'
import { MemoryStore } from '@millrace/core/testing'
import { collect, fromIterable, map, toArray } from '@millrace/terms'
import type { RowDataPacket } from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { mysqlAt, mysqlClient, mysqlTable } from '../../test/mysql.ts'
import { Relay } from '../../test/relay.ts'
import { answers, services } from '../../test/service.ts'
import { insert, type MysqlConnection, query, type RowRefusedError, upsert } from './index.ts'

const isThere = await answers(services.mysql)
const connection = mysqlAt(services.mysql.port)

/** What a run has failed with, of the error in the term. */
async function failure(term: Term<never, never>, options = {}): Promise<string> {
  const error: unknown = await run(term, options).done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const { code, message } = ((error as Error).cause ?? error) as MillraceError
  return `${code} ${message}`
}

describe.skipIf(!isThere)('values', () => {
  const TYPES = {
    whole: 'bigint',
    unsigned: 'bigint unsigned',
    exact: 'decimal(40, 10)',
    real: 'double',
    day: 'date',
    at: 'timestamp(3) null',
    wall: 'datetime(6)',
    bytes: 'blob',
    few: 'binary(3)',
    text: 'text',
    yes: 'tinyint(1)',
    nothing: 'int',
  }
  const row = {
    whole: -9_007_199_254_740_993n,
    unsigned: 18_446_744_073_709_551_615n,
    exact: '123456789012345678901234567890.0123456789',
    real: 0.1,
    day: '2026-11-30',
    at: new Date('2026-11-30T12:34:56.789Z'),
    wall: '2026-11-30 12:34:56.123456',
    bytes: Uint8Array.from([0, 92, 255, 10]),
    few: Uint8Array.from([1, 2, 3]),
    text: 'a\tb\\n\n"ü😀\r\'',
    yes: 1,
    nothing: null,
  }
  const columns = Object.keys(TYPES) as (keyof typeof TYPES)[]
  const declared = columns.map((name) => `\`${name}\` ${TYPES[name]}`).join(', ')

  for (const isSaved of [false, true]) {
    test(`come back as they were, ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const table = await mysqlTable(await mysqlClient(), `id int primary key, ${declared}`)
      const rows = [
        { id: 1, ...row },
        { id: 2, ...Object.fromEntries(columns.map((each) => [each, null])) },
      ]
      const sink = insert<Record<string, unknown>>(table, { connection, columns: ['id', ...columns] })
      const checkpoint = { store: new MemoryStore(), everyItems: 1 }
      const summary = await run(fromIterable(rows).pipe(sink), isSaved ? { checkpoint } : {}).done
      expect(summary.result(sink)).toEqual({ rows: 2, refused: 0 })
      const sql = `select * from \`${table}\``
      expect(await toArray(query(sql, { connection, key: 'id' }))).toEqual(rows)
      expect(await toArray(query(`${sql} where id < ? order by id`, { connection, params: [5] }))).toEqual(
        rows,
      )
      expect(await toArray(query(`${sql} order by id`, { connection }))).toEqual(rows)
    })
  }

  test('a type, and a value that it cannot hold', async () => {
    const table = await mysqlTable(await mysqlClient(), declared)
    const tried = (column: keyof typeof TYPES, value: unknown): Promise<string> => {
      const sink = insert<Record<string, unknown>>(table, { connection, columns: [column] })
      return failure(fromIterable([{ [column]: value }]).pipe(sink))
    }
    expect(await tried('whole', 2 ** 53)).toMatch(/^ROW_REFUSED .*column whole does not take .*a bigint/)
    expect(await tried('exact', '0.12345678901')).toMatch(/^ROW_REFUSED .*column exact .*more than 10 digits/)
    expect(await tried('bytes', 'text')).toMatch(/column bytes .*Uint8Array/)
    expect(await tried('day', {})).toMatch(/column day .*Object/)
    expect(await tried('nothing', 'x')).toMatch(/^ROW_REFUSED .*Incorrect integer value/)
    expect(await tried('nothing', 2 ** 40)).toMatch(/^ROW_REFUSED .*Out of range/)
    expect(await tried('few', new Uint8Array(4))).toMatch(/^ROW_REFUSED .*too long/)
    expect(await tried('day', '2026-02-30')).toMatch(/^ROW_REFUSED .*Incorrect date value/)
  })
})

describe.skipIf(!isThere)('rows', () => {
  const rows = Array.from({ length: 200 }, (_, n) => ({ id: n % 40 === 39 ? 7 : n, n }))

  for (const isSaved of [false, true]) {
    const options = () => (isSaved ? { checkpoint: { store: new MemoryStore(), everyItems: 90 } } : {})

    test(`that are refused are found in their batch, ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const client = await mysqlClient()
      const table = await mysqlTable(client, 'id int primary key, n int')
      const refused: number[] = []
      const onRefused = ({ n }: { id: number; n: number }, _: RowRefusedError) => refused.push(n)
      const sink = insert<{ id: number; n: number }>(table, {
        connection,
        columns: ['id', 'n'],
        onRefused,
        batchItems: 64,
      })
      const summary = await run(fromIterable(rows).pipe(sink), options()).done
      expect(refused).toEqual([39, 79, 119, 159, 199])
      expect(summary.result(sink)).toEqual({ rows: 195, refused: 5 })
      const strict = insert<{ id: number; n: number }>(table, { connection, columns: ['id', 'n'] })
      expect(await failure(fromIterable(rows).pipe(strict), options())).toMatch(
        /^ROW_REFUSED .*\{ id: 0, n: 0 \}.*Duplicate/,
      )
    })

    test(`with a key that is there: skipped, or updated; ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const client = await mysqlClient()
      const table = await mysqlTable(client, 'id int primary key, n int')
      const at7 = async () =>
        (await client.query<RowDataPacket[]>(`select n from \`${table}\` where id = 7`))[0]
      const skipping = insert<{ id: number; n: number }>(table, {
        connection,
        columns: ['id', 'n'],
        onConflict: 'skip',
      })
      await run(fromIterable(rows).pipe(skipping), options()).done
      expect(await at7()).toEqual([{ n: 7 }])
      const updating = upsert<{ id: number; n: number }>(table, {
        connection,
        columns: ['id', 'n'],
        key: ['id'],
      })
      await run(fromIterable(rows).pipe(updating), options()).done
      expect(await at7()).toEqual([{ n: 199 }])
    })
  }

  test('two runs with checkpoints and one id: the second is refused', async () => {
    const table = await mysqlTable(await mysqlClient(), 'n int')
    const sink = () =>
      insert<{ n: number }>(table, { connection, columns: ['n'], id: table, lockWaitMs: 100 })
    let finish = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      finish = resolve
    })
    const slow = map(async (n: number) => {
      await waiting
      return { n }
    })
    const saved = () => ({ checkpoint: { store: new MemoryStore() } })
    const first = run(fromIterable([0, 1]).pipe(slow, sink()), saved())
    await new Promise((resolve) => first.once('start', () => resolve(undefined)))
    expect(await failure(fromIterable([{ n: 2 }]).pipe(sink()), saved())).toMatch(/^IN_USE /)
    finish()
    await first.done
  })
})

describe.skipIf(!isThere)('mistakes are explained', () => {
  test('the server, the user, the database, TLS, the statement', async () => {
    const denied = (server: MysqlConnection, sql = 'select 1 as n'): Promise<string> =>
      failure(query(sql, { connection: server }).pipe(collect()))
    expect(await denied({ ...connection, user: 'millrace_nobody', password: 'x' })).toMatch(
      /^CONNECTION_DENIED MySQL at .*Look at the user/,
    )
    expect(await denied({ ...connection, database: 'millrace_none' })).toMatch(
      /^CONNECTION_DENIED .*name of the database/,
    )
    expect(await denied({ ...connection, tls: true })).toMatch(/^CONNECTION_DENIED .*(no TLS|not trusted)/)
    expect(await denied(connection, 'select * from millrace_none')).toMatch(
      /^CONNECTION_DENIED .*name of the table/,
    )
    expect(await denied(connection, 'select none')).toMatch(/^CONNECTION_DENIED .*names of the columns/)
    expect(await denied(connection, 'selekt')).toMatch(/^CONNECTION_DENIED .*syntax/)
    expect(await denied(connection, 'select 1 as n, 2 as n')).toMatch(/^BAD_INPUT Two columns/)
  })

  test('a table, its columns, its indexes, its engine', async () => {
    const client = await mysqlClient()
    const table = await mysqlTable(client, 'a int, b int, unique (b)')
    const tried = (sink: Term<{ a: number; b: number; c: number }, never>) =>
      failure(fromIterable([{ a: 1, b: 1, c: 1 }]).pipe(sink))
    expect(await tried(insert('millrace none', { connection, columns: ['a'] }))).toMatch(
      /DENIED .*no table millrace none/,
    )
    expect(await tried(insert(table, { connection, columns: ['c'] }))).toMatch(
      /DENIED .*no column c. Its columns are a, b/,
    )
    expect(await tried(upsert(table, { connection, columns: ['a'], key: ['a'] }))).toMatch(
      /DENIED .*no unique index over a/,
    )
    await client.query(`alter table \`${table}\` add unique (a)`)
    expect(await tried(upsert(table, { connection, columns: ['a', 'b'], key: ['a'] }))).toMatch(
      /another unique index, over b/,
    )
    await client.query(`alter table \`${table}\` engine = MyISAM`)
    expect(await tried(insert(table, { connection, columns: ['a'] }))).toMatch(/DENIED .*MyISAM/)
  })

  test('a key that is not unique, null, or missing', async () => {
    const client = await mysqlClient()
    const table = await mysqlTable(client, 'k int')
    await client.query(`insert into \`${table}\` values (1), (2), (2), (3)`)
    for (const batchItems of [1, 2, 3, 10]) {
      const term = query(`select * from \`${table}\``, { connection, key: 'k', batchItems })
      expect(await failure(term.pipe(collect()))).toMatch(/"k" of query\(\) is not unique: two rows have 2/)
    }
    expect(await failure(query('select null as k', { connection, key: 'k' }).pipe(collect()))).toMatch(
      /is null in a row/,
    )
    const other = query('select 1 as k', { connection, key: 'j' })
    expect(await failure(other.pipe(collect()))).toMatch(/none of the statement's columns: k/)
  })

  test('without a key: no checkpoints, and a cut connection is told; what is read is held back', async () => {
    const sql = "select seq as n, repeat('x', 1000) as text from seq_1_to_300000"
    const term = query(sql, { connection })
    expect(() => run(term.pipe(collect()), { checkpoint: { store: new MemoryStore() } })).toThrow(
      /without a key/,
    )
    const relay = await Relay.to(services.mysql)
    const running = run(query(sql, { connection: mysqlAt(relay.port), batchItems: 10 }), {
      edges: { capacityItems: 8 },
    })
    const output = running.output()
    for (let n = 0; n < 5; n++) await output.next()
    let [before, now] = [-1, relay.receivedBytes]
    while (before !== now) {
      await new Promise((resolve) => void setTimeout(resolve, 200))
      ;[before, now] = [now, relay.receivedBytes]
    }
    expect(now).toBeLessThan(30_000_000)
    relay.cut()
    const lost = (async () => {
      for await (const _ of output);
    })()
    await expect(lost).rejects.toMatchObject({
      cause: { code: 'CONNECTION_LOST', message: expect.stringMatching(/key: "id"/) },
    })
    await running.done.catch(() => undefined)
    await relay.close()
  })
})
