// Goal: what PostgreSQL's terms do with values, with rows that are refused, with mistakes, and with one another.

import { type Context, MillraceError, run, type Term } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { MemoryStore } from '@millrace/core/testing'
import { collect, fromIterable, map, take, toArray } from '@millrace/terms'
import { describe, expect, test } from 'vitest'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { Relay } from '../../test/relay.ts'
import { answers, services } from '../../test/service.ts'
import { tlsServer } from '../../test/tls.ts'
import {
  copyFrom,
  copyInto,
  type InsertOptions,
  insert,
  listen,
  type PostgresConnection,
  query,
  type RowRefusedError,
  upsert,
} from './index.ts'

const isThere = await answers(services.postgres)
const connection = postgresAt(services.postgres.port)

/** What a run has failed with, of the error in the term. */
async function failure(term: Term<never, never>, options = {}): Promise<{ code: string; message: string }> {
  const error: unknown = await run(term, options).done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const { code, message } = ((error as Error).cause ?? error) as MillraceError
  return { code, message }
}

describe.skipIf(!isThere)('values', () => {
  const TYPES = {
    whole: 'bigint',
    exact: 'numeric',
    money: 'numeric(20, 4)',
    real: 'double precision',
    day: 'date',
    at: 'timestamptz',
    wall: 'timestamp',
    bytes: 'bytea',
    doc: 'jsonb',
    text: 'text',
    yes: 'boolean',
    many: 'bigint[]',
    texts: 'text[]',
    digits: 'numeric[]',
    docs: 'jsonb[]',
    nothing: 'integer',
  }
  const row = {
    whole: 9_007_199_254_740_993n,
    exact: '123456789012345678901234567890.123456789',
    money: '1.2300',
    real: 0.1,
    day: '2026-11-30',
    at: new Date('2026-11-30T12:34:56.789Z'),
    wall: '2026-11-30 12:34:56.123456',
    bytes: Uint8Array.from([0, 92, 255, 10]),
    doc: { a: [1, 'two', null], 'b"c': { d: false } },
    text: 'a\tb\\n\n"ü😀\r\\N',
    yes: true,
    many: [1n, null, -9_007_199_254_740_993n],
    texts: ['a,b', '"', '\\', '', null, 'NULL'],
    digits: ['0.10', null],
    docs: [{ a: 1 }, 'text'],
    nothing: null,
  }
  const columns = Object.keys(TYPES) as (keyof typeof TYPES)[]
  const declared = columns.map((name) => `"${name}" ${TYPES[name]}`).join(', ')

  for (const [name, make] of [
    ['insert', insert],
    ['copyInto', copyInto],
  ] as const) {
    for (const isSaved of [false, true]) {
      test(`come back as they were: ${name}, ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
        const table = await postgresTable(await postgresClient(), `id int primary key, ${declared}`)
        const rows = [
          { id: 1, ...row },
          { id: 2, ...Object.fromEntries(columns.map((each) => [each, null])) },
        ]
        const sink = make<Record<string, unknown>>(table, { connection, columns: ['id', ...columns] })
        const checkpoint = { store: new MemoryStore(), everyItems: 1 }
        const summary = await run(fromIterable(rows).pipe(sink), isSaved ? { checkpoint } : {}).done
        expect(summary.result(sink)).toEqual({ rows: 2, refused: 0 })
        const sql = `select * from "${table}"`
        expect(await toArray(query(sql, { connection, key: 'id' }))).toEqual(rows)
        expect(await toArray(query(`${sql} order by id`, { connection }))).toEqual(rows)
        expect(await toArray(copyFrom(`${sql} order by id`, { connection }))).toEqual(rows)
      })
    }
  }

  test('a type, and a value that it cannot hold', async () => {
    const table = await postgresTable(await postgresClient(), declared)
    const tried = async (column: keyof typeof TYPES, value: unknown): Promise<string> => {
      const sink = insert<Record<string, unknown>>(table, { connection, columns: [column] })
      const { code, message } = await failure(fromIterable([{ [column]: value }]).pipe(sink))
      return `${code} ${message.replace(table, 'T')}`
    }
    expect(await tried('whole', 2 ** 53)).toMatch(
      /^ROW_REFUSED The table T, column whole does not take .*a bigint/,
    )
    expect(await tried('day', new Date(Number.NaN))).toMatch(/column day .*invalid Date/)
    expect(await tried('bytes', 'text')).toMatch(/column bytes .*Uint8Array/)
    expect(await tried('doc', 1n)).toMatch(/column doc .*BigInt/)
    expect(await tried('many', 1)).toMatch(/column many .*no array/)
    expect(await tried('text', { a: 1 })).toMatch(/column text .*Object/)
    expect(await tried('text', undefined)).toMatch(/column text .*missing/)
    expect(await tried('nothing', 1.5)).toMatch(
      /^ROW_REFUSED .*\{ nothing: 1.5 \}: invalid input syntax for type integer/,
    )
    expect(await tried('nothing', 2 ** 40)).toMatch(/out of range for type integer/)
  })
})

describe.skipIf(!isThere)('rows that are refused', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: n % 40 === 39 ? 7 : n, n }))

  for (const isSaved of [false, true]) {
    const options = () => (isSaved ? { checkpoint: { store: new MemoryStore(), everyItems: 90 } } : {})

    test(`are found in their batch, ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, 'id int primary key, n int check (n <> 150)')
      const refused: string[] = []
      const onRefused = ({ n }: { id: number; n: number }, { message }: RowRefusedError) =>
        refused.push(`${n}: ${/unique|check/.exec(message)?.[0]}`)
      const sink = insert<{ id: number; n: number }>(table, {
        connection,
        columns: ['id', 'n'],
        onRefused,
        batchItems: 64,
      })
      const summary = await run(fromIterable(rows(200)).pipe(sink), options()).done
      expect(refused).toEqual([
        '39: unique',
        '79: unique',
        '119: unique',
        '150: check',
        '159: unique',
        '199: unique',
      ])
      expect(summary.result(sink)).toEqual({ rows: 194, refused: 6 })
      const { rows: found } = await client.query(`select count(*)::int as n from "${table}"`)
      expect(found).toEqual([{ n: 194 }])
    })

    test(`end the run, with the row, ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const table = await postgresTable(await postgresClient(), 'id int primary key, n int not null')
      const sink = insert<{ id: number; n: number }>(table, { connection, columns: ['id', 'n'] })
      const { code, message } = await failure(fromIterable(rows(200)).pipe(sink), options())
      expect(code).toBe('ROW_REFUSED')
      expect(message).toContain('{ id: 7, n: 39 }')
      expect(message).toContain('Key (id)=(7) already exists.')
    })

    test(`onConflict: skip leaves them out; ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, 'id int primary key, n int')
      const sinkOptions: InsertOptions<{ id: number; n: number }> = {
        connection,
        columns: ['id', 'n'],
        onConflict: 'skip',
      }
      await run(fromIterable(rows(200)).pipe(insert(table, sinkOptions)), options()).done
      expect((await client.query(`select n from "${table}" where id = 7`)).rows).toEqual([{ n: 7 }])
    })

    test(`upsert: the last row of a key stays; ${isSaved ? 'with' : 'without'} checkpoints`, async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, 'id numeric primary key, n int, other int default 5')
      // 7 and 7.0 are one key to the server, and two texts
      const given = [
        { id: '7', n: 1 },
        { id: '8', n: 2 },
        { id: '7.0', n: 3 },
        { id: '8', n: 4 },
        { id: '9', n: 5 },
      ]
      const sink = upsert<{ id: string; n: number }>(table, { connection, key: ['id'], columns: ['id', 'n'] })
      await run(fromIterable(given).pipe(sink), options()).done
      const { rows: found } = await client.query(`select id::int, n, other from "${table}" order by id`)
      expect(found).toEqual([
        { id: 7, n: 3, other: 5 },
        { id: 8, n: 4, other: 5 },
        { id: 9, n: 5, other: 5 },
      ])
    })
  }

  test('what cannot be sent is a dead letter, if the policy says so', async () => {
    const table = await postgresTable(await postgresClient(), 'id int')
    const sink = insert<{ id: unknown }>(table, { connection, columns: ['id'] }).onFailure({
      onError: 'skip',
    })
    const { items, result } = await run(fromIterable([{ id: 1 }, { id: {} }, { id: 2 }]).pipe(sink)).done
    expect([items.deadLettered, result(sink)]).toEqual([1, { rows: 2, refused: 0 }])
  })
})

describe.skipIf(!isThere)('mistakes are explained', () => {
  const denied = async (server: PostgresConnection, sql = 'select 1 as n'): Promise<string> => {
    const { code, message } = await failure(query(sql, { connection: server }).pipe(collect()))
    return `${code} ${message}`
  }

  test('the server, the user, the database, the statement', async () => {
    expect(await denied({ ...connection, user: 'millrace nobody' })).toMatch(
      /^CONNECTION_DENIED PostgreSQL at .*Look at the user/,
    )
    expect(await denied({ ...connection, database: 'millrace none' })).toMatch(
      /^CONNECTION_DENIED .*name of the database/,
    )
    expect(await denied(connection, 'select * from "millrace none"')).toMatch(
      /^CONNECTION_DENIED .*name of the table/,
    )
    expect(await denied(connection, 'select "none" from pg_class')).toMatch(
      /^CONNECTION_DENIED .*names of the columns/,
    )
    expect(await denied(connection, 'selekt')).toMatch(/^CONNECTION_DENIED .*syntax error/)
    expect(await denied(connection, 'select 1 as n, 2 as n')).toMatch(/^BAD_INPUT Two columns/)
  })

  test('a table, a column, and a key that are not there', async () => {
    const table = await postgresTable(await postgresClient(), 'a int, b int')
    const rows = fromIterable([{ a: 1, c: 1 }])
    const tried = async (sink: Term<{ a: number; c: number }, never>) => {
      const { code, message } = await failure(rows.pipe(sink))
      return `${code} ${message}`
    }
    expect(await tried(insert('millrace none', { connection, columns: ['a'] }))).toMatch(
      /DENIED .*no table millrace none/,
    )
    expect(await tried(insert(table, { connection, columns: ['c'] }))).toMatch(
      /DENIED .*no column c. Its columns are a, b/,
    )
    expect(await tried(upsert(table, { connection, columns: ['a'], key: ['a'] }))).toMatch(
      /DENIED .*unique index/,
    )
  })

  test('TLS of a server that has none, a certificate that is not trusted, and one of another name', async () => {
    expect(await denied({ ...connection, tls: true })).toMatch(/^CONNECTION_DENIED .*(no TLS|not trusted)/)
    const { port, ca } = await tlsServer('another.example')
    const server = { ...connection, host: 'localhost', port }
    expect(await denied({ ...server, tls: true })).toMatch(/^CONNECTION_DENIED .*not trusted/)
    expect(await denied({ ...server, tls: { ca } })).toMatch(/^CONNECTION_DENIED .*for another name/)
  })

  test('a server that is not there', async () => {
    const reconnect = { maxFailures: 3, delayMs: 1 }
    const term = query('select 1 as n', { connection: { ...connection, port: 1 }, reconnect })
    const { code, message } = await failure(term.pipe(collect()))
    expect([code, message]).toEqual([
      'CONNECTION_LOST',
      expect.stringMatching(/:1 could not be reached, tried 3 times/),
    ])
  })
})

describe.skipIf(!isThere)('query', () => {
  test('a key that is not unique, null, or missing is refused, wherever a page ends', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'k int')
    await client.query(`insert into "${table}" values (1), (2), (2), (3)`)
    for (const batchItems of [1, 2, 3, 10]) {
      const term = query(`select * from "${table}"`, { connection, key: 'k', batchItems })
      expect((await failure(term.pipe(collect()))).message).toMatch(
        /"k" of query\(\) is not unique: two rows have 2/,
      )
    }
    const nulls = query(`select null::int as k`, { connection, key: 'k' })
    expect((await failure(nulls.pipe(collect()))).message).toMatch(/is null in a row/)
    const other = query(`select 1 as k`, { connection, key: 'j' })
    expect((await failure(other.pipe(collect()))).message).toMatch(/none of the statement's columns: k/)
  })

  test('keys of other types', async () => {
    const texts = query("select * from (values ('b'), ('a'), ('c''\"')) as t (k)", {
      connection,
      key: 'k',
      batchItems: 1,
    })
    expect(await toArray(texts)).toEqual([{ k: 'a' }, { k: 'b' }, { k: 'c\'"' }])
    const times = query(
      "select now() + n * interval '1 microsecond' as k, n from generate_series(1, 5) as n",
      {
        connection,
        key: 'n',
        batchItems: 2,
      },
    )
    expect((await toArray(times)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
  })

  test('ranges of a key are cut so that each row is in one', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'k bigint primary key')
    await client.query(`insert into "${table}" select n * 7 - 50 from generate_series(0, 99) as n`)
    await client.query(`insert into "${table}" values (9223372036854775806)`)
    const few = query<{ k: bigint }>(`select * from "${table}" where k < $1`, {
      connection,
      params: [1000],
      key: 'k',
      splitKeys: 33,
    })
    const rows: unknown[] = []
    const splits = few.splits?.({ workers: 2 }) ?? []
    const { signal } = new AbortController()
    const ctx = { clock: systemClock, signal } as unknown as Context<undefined, never>
    const open = few.openSplit?.bind(few) as (split: unknown, of: typeof ctx) => Promise<{ k: bigint }[]>
    for await (const split of splits) rows.push(...(await open(split, ctx)))
    expect(rows).toEqual(Array.from({ length: 100 }, (_, n) => ({ k: BigInt(n * 7 - 50) })))
  })

  test('without a key: no checkpoints, and a cut connection is told', async () => {
    const term = query('select n from generate_series(1, 100000) as n', { connection, batchItems: 10 })
    expect(() => run(term.pipe(collect()), { checkpoint: { store: new MemoryStore() } })).toThrow(
      /without a key/,
    )
    const relay = await Relay.to(services.postgres)
    const cut = query<{ n: number }>('select n from generate_series(1, 100000) as n', {
      connection: postgresAt(relay.port),
      batchItems: 10,
    })
    const cutting = map(({ n }: { n: number }) => {
      if (n === 500) relay.cut()
    })
    const { code, message } = await failure(cut.pipe(cutting, collect()))
    expect([code, message]).toEqual([
      'CONNECTION_LOST',
      expect.stringMatching(/cut behind \d+ rows.*key: "id"/),
    ])
    await relay.close()
  })

  test('statements may not write', async () => {
    const table = await postgresTable(await postgresClient(), 'k int')
    const term = query(`insert into "${table}" values (1) returning k`, { connection })
    expect((await failure(term.pipe(collect()))).code).toBe('CONNECTION_DENIED')
  })
})

describe.skipIf(!isThere)('side by side', () => {
  test('two runs with checkpoints and one id: the second is refused; without checkpoints both write', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int')
    const sink = () =>
      insert<{ n: number }>(table, { connection, columns: ['n'], id: table, lockWaitMs: 100 })
    let finish = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      finish = resolve
    })
    const slow = map(async (n: number) => {
      if (n === 1) await waiting
      return { n }
    })
    const saved = () => ({ checkpoint: { store: new MemoryStore() } })
    const first = run(fromIterable([0, 1]).pipe(slow, sink()), saved())
    await new Promise((resolve) => first.once('start', () => resolve(undefined)))
    const second = await failure(fromIterable([{ n: 2 }]).pipe(sink()), saved())
    expect([second.code, second.message]).toEqual(['IN_USE', expect.stringContaining(table)])
    await run(fromIterable([{ n: 3 }]).pipe(sink())).done
    finish()
    await first.done
    const { rows } = await client.query(`select n from "${table}" order by n`)
    expect(rows).toEqual([{ n: 0 }, { n: 1 }, { n: 3 }])
  })

  test('a checkpoint that the table is ahead of, or knows nothing of, is refused', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int')
    const rows = Array.from({ length: 50 }, (_, n) => ({ n }))
    const build = () =>
      fromIterable(rows).pipe(insert<{ n: number }>(table, { connection, columns: ['n'], id: table }))
    const store = new MemoryStore()
    const older: MemoryStore[] = []
    const running = run(build(), { checkpoint: { store, everyItems: 10 } })
    running.on('checkpoint', () => older.push(store.copy()))
    await running.done
    const resumed = (from: MemoryStore | undefined) =>
      failure(build(), { checkpoint: { store: from as MemoryStore } })
    expect((await resumed(older[0])).code).toBe('OTHER_TABLE_STATE')
    expect((await client.query(`select n from "${table}"`)).rows.length).toBe(50)
    // of the last one nothing is left to do
    await run(build(), { checkpoint: { store: older.at(-1)?.copy() as MemoryStore } }).done
    expect((await client.query(`select n from "${table}"`)).rows.length).toBe(50)
    await client.query('delete from millrace_sinks where id = $1', [`sink ${table}`])
    expect((await resumed(older.at(-1))).message).toMatch(/nothing is known of them/)
  })

  test('listen: what is sent comes, also after a cut; what was held back is not lost', async () => {
    const client = await postgresClient()
    const relay = await Relay.to(services.postgres)
    const channel = `Millrace "${Math.random()}`
    const term = listen(channel, { connection: postgresAt(relay.port), prefetch: 4 }).pipe(take(5000))
    const running = run(term, { edges: { capacityItems: 2 } })
    const output = running.output()
    const send = (payload: string) => client.query('select pg_notify($1, $2)', [channel, payload])
    let payload = 'before'
    const timer = setInterval(() => void send(payload).catch(() => undefined), 20)
    await output.next()
    relay.cut()
    payload = 'after'
    let item = await output.next()
    const sent = () => (item as { value: { payload: string } }).value.payload
    while (sent() !== 'after') item = await output.next()
    clearInterval(timer)
    for (let n = 0; n < 400; n++) await send(String(n))
    const numbers: number[] = []
    while (numbers.length < 400) {
      item = await output.next()
      if (sent() !== 'after') numbers.push(Number(sent()))
    }
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, n) => n))
    await running.cancel()
    await relay.close()
  })
})

test('options are checked when a term is made', () => {
  const bad = (make: () => unknown) => expect(make).toThrow(MillraceError)
  bad(() => query(''))
  bad(() => query('select 1', { splitKeys: 5 }))
  bad(() => query('select 1', { connection: 'mysql://here' }))
  bad(() => insert('t', { columns: [] }))
  bad(() => insert('t', { columns: ['a', 'a'] as never }))
  bad(() => insert('', { columns: ['a'] as never }))
  bad(() => insert('t', { columns: ['a'], colums: 1 } as never))
  bad(() => upsert('t', { columns: ['a'], key: ['b'] } as never))
  bad(() => listen('', {}))
  bad(() => copyFrom('select 1', { batchItems: 0 }))
})
