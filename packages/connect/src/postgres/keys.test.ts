// Goal: rows by key come each once, whatever the key's type and the settings of the server's user are.

import type { Context } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { toArray } from '@millrace/terms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { answers, services } from '../../test/service.ts'
import { copyFrom, query } from './index.ts'

const isThere = await answers(services.postgres)
const connection = postgresAt(services.postgres.port)

describe.skipIf(!isThere)('keys', () => {
  for (const [type, value] of [
    ['char(3)', "'A' || chr(64 + n)"],
    ['bit(4)', 'n::bit(4)'],
    ['varbit(4)', 'n::bit(4)'],
    ['varchar(4)', "'a' || n"],
    ['name', "'a' || n"],
    ['"char"', 'chr(64 + n)'],
    ['numeric(5, 2)', 'n / 4.0'],
    ['double precision', '1 / n::double precision'],
    ['real', '1 / n::real'],
    ['bytea', "decode(lpad(to_hex(n), 4, '0'), 'hex')"],
    ['timestamptz', "timestamptz '2026-01-01' + n * interval '1 microsecond'"],
    ['timestamp(3)', "timestamp '2026-01-01' + n * interval '1 ms'"],
    ['interval', "n * interval '1 hour'"],
    ['uuid', "lpad(n::text, 32, '0')::uuid"],
    ['boolean', 'n % 2 = 0'],
  ] as const) {
    test(`of the type ${type}`, async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, `k ${type} primary key, n int`)
      const most = type === 'boolean' ? 2 : 9
      await client.query(
        `insert into "${table}" select (${value})::${type}, n from generate_series(1, ${most}) as n`,
      )
      const { rows } = await client.query(`select n from "${table}" order by k`)
      const term = query<{ n: number }>(`select * from "${table}"`, { connection, key: 'k', batchItems: 2 })
      const numbers = (await toArray(term)).map(({ n }) => n)
      expect(numbers).toEqual(rows.map(({ n }) => n))
    })
  }

  test('settings of the user change nothing', async () => {
    const client = await postgresClient()
    const user = `millrace_${Math.random().toString(36).slice(2)}`
    const table = await postgresTable(client, 'k double precision primary key, bytes bytea')
    await client.query(`create user ${user}; grant select on "${table}" to ${user}`)
    onTestFinished(async () => void (await client.query(`drop owned by ${user}; drop user ${user}`)))
    for (const setting of ["bytea_output = 'escape'", 'extra_float_digits = 0', "datestyle = 'German'"]) {
      await client.query(`alter user ${user} set ${setting}`)
    }
    await client.query(
      `insert into "${table}" select 1 + n * 2e-16, '\\x5c00ff' from generate_series(0, 40, 4) as n`,
    )
    const theirs = { ...connection, user }
    const bytes = Uint8Array.from([92, 0, 255])
    const rows = await toArray(
      query<{ k: number }>(`select * from "${table}"`, { connection: theirs, key: 'k', batchItems: 1 }),
    )
    expect(rows).toEqual(
      (await client.query(`select k from "${table}" order by k`)).rows.map(({ k }) => ({ k, bytes })),
    )
    expect(await toArray(copyFrom(`select bytes from "${table}" limit 1`, { connection: theirs }))).toEqual([
      { bytes },
    ])
  })

  test('a statement may end in a comment', async () => {
    const sql = 'select n from generate_series(1, 3) as n -- all of them'
    const rows = [{ n: 1 }, { n: 2 }, { n: 3 }]
    expect(await toArray(query(sql, { connection, key: 'n' }))).toEqual(rows)
    expect(await toArray(query(sql, { connection }))).toEqual(rows)
    expect(await toArray(copyFrom(sql, { connection }))).toEqual(rows)
  })

  test('a key with wide gaps is not cut into ranges without end', async () => {
    const sql = 'select * from (values (1::bigint), (1000000000000000)) as t (k)'
    const splits = query(sql, { connection, key: 'k', splitKeys: 1000 }).splits?.({ workers: 2 })
    const ranges = splits as AsyncIterable<unknown>
    await expect(ranges[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/1000000000000 ranges/),
    })
  })

  test('a position of other parameters is refused', async () => {
    const of = (most: number) =>
      query<{ n: number }>('select n from generate_series(1, $1::int) as n', {
        connection,
        key: 'n',
        params: [most],
        batchItems: 2,
      })
    const { signal } = new AbortController()
    const ctx = { clock: systemClock, signal } as unknown as Context<unknown, never>
    const rowsOf = async (batches: AsyncIterable<readonly { n: number }[]>) => {
      const rows: number[] = []
      for await (const batch of batches) rows.push(...batch.map(({ n }) => n))
      return rows
    }
    const source = of(5)
    let position: unknown
    for await (const batch of source.batches(ctx) as AsyncIterable<readonly { n: number }[]>) {
      position ??= source.position?.(batch)
    }
    expect(await rowsOf(of(5).seek?.(position, ctx) as AsyncIterable<{ n: number }[]>)).toEqual([3, 4, 5])
    expect(() => of(6).seek?.(position, ctx)).toThrow(/other parameters/)
  })
})
