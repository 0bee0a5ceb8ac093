// Goal: what a sink of PostgreSQL does with rows at the edges of types, of epochs, and of transactions.

import { type Context, run } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { fromIterable, map } from '@millrace/terms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failure } from '../../test/failure.ts'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { answers, services } from '../../test/service.ts'
import type { TableSink } from '../support/sql/table-sink.ts'
import { insert, upsert } from './index.ts'

const isThere = await answers(services.postgres)
const connection = postgresAt(services.postgres.port)

type Row = { n: number }
type Ctx = Context<unknown, never>

/** What the engine does to a sink of one run. */
const saved = () => {
  const { signal } = new AbortController()
  return { id: 'sink', clock: systemClock, isSaved: true, signal } as unknown as Ctx
}

/** A run that takes a checkpoint, makes it final, and tells its result; the checkpoint after that. */
async function checkpointAfterResult(sink: TableSink<Row, never>, rows: readonly Row[]): Promise<unknown> {
  const ctx = saved()
  await sink.enter(ctx)
  for (const row of rows) await sink.write(row, ctx)
  await sink.flush(ctx)
  await sink.acknowledge(sink.position(ctx), ctx)
  await sink.result(ctx)
  const position = sink.position(ctx)
  await sink.exit(ctx)
  return position
}

describe.skipIf(!isThere)('epochs', () => {
  test('a position without new rows is the one before', async () => {
    const table = await postgresTable(await postgresClient(), 'n int')
    const sink = insert<Row>(table, { connection, columns: ['n'], id: table })
    const ctx = saved()
    await sink.enter(ctx)
    const none = sink.position(ctx)
    expect([none.epoch, sink.position(ctx)]).toEqual([0, none])
    await sink.write({ n: 1 }, ctx)
    const one = sink.position(ctx)
    expect([one.epoch, sink.position(ctx)]).toEqual([1, one])
    await sink.exit(ctx)
    const resumed = saved()
    await sink.seek(none, resumed)
    expect(sink.position(resumed)).toEqual(none)
    await sink.result(resumed)
    await sink.exit(resumed)
  })

  test('a checkpoint that was taken after the result can be gone on from', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int')
    const sink = insert<Row>(table, { connection, columns: ['n'], id: table })
    const position = await checkpointAfterResult(sink as never, [{ n: 1 }, { n: 2 }])
    for (let attempt = 0; attempt < 2; attempt++) {
      const ctx = saved()
      await sink.seek(position, ctx)
      expect(sink.position(ctx)).toEqual(position)
      expect(await sink.result(ctx)).toEqual({ rows: 2, refused: 0 })
      await sink.exit(ctx)
    }
    expect((await client.query(`select n from "${table}" order by n`)).rows).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('…also where all rows of its epoch were refused', async () => {
    const table = await postgresTable(await postgresClient(), 'n int not null')
    const sink = insert<Row>(table, { connection, columns: ['n'], id: table, onRefused: () => undefined })
    const ctx = saved()
    await sink.enter(ctx)
    await sink.write({ n: 'x' } as never, ctx)
    await sink.result(ctx)
    const position = sink.position(ctx)
    await sink.exit(ctx)
    const resumed = saved()
    await sink.seek(position, resumed)
    expect(await sink.result(resumed)).toEqual({ rows: 0, refused: 0 })
    await sink.exit(resumed)
  })
})

describe.skipIf(!isThere)('a run without checkpoints', () => {
  test('goes on where another run has taken it for dead', async () => {
    const client = await postgresClient()
    const schema = `millrace_${Math.random().toString(36).slice(2)}`
    await client.query(`create schema ${schema}; create table ${schema}.t (n int)`)
    onTestFinished(async () => void (await client.query(`drop schema ${schema} cascade`)))
    const sink = () => insert<Row>('t', { connection, schema, columns: ['n'], batchItems: 1 })
    const between = map(async ({ n }: Row) => {
      if (n === 1) {
        await expect
          .poll(async () => (await client.query(`select n from ${schema}.t`)).rows)
          .toEqual([{ n: 0 }])
        await client.query(`update ${schema}.millrace_sinks set touched = 0`)
        await run(fromIterable([{ n: 7 }]).pipe(sink())).done
      }
      return { n }
    })
    const slow = sink()
    const summary = await run(fromIterable([{ n: 0 }, { n: 1 }, { n: 2 }]).pipe(between, slow)).done
    expect(summary.result(slow)).toEqual({ rows: 3, refused: 0 })
    const { rows } = await client.query(`select n from ${schema}.t order by n`)
    expect(rows).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 7 }])
    expect((await client.query(`select id from ${schema}.millrace_sinks`)).rows).toEqual([])
  })
})

describe.skipIf(!isThere)('values', () => {
  const tried = async (type: string, v: unknown): Promise<unknown> => {
    const client = await postgresClient()
    const table = await postgresTable(client, `v ${type}`)
    const sink = insert<{ v: unknown }>(table, { connection, columns: ['v'] })
    const failed = await failure(fromIterable([{ v }]).pipe(sink)).catch(() => undefined)
    if (failed !== undefined) return `${failed.code} ${failed.message.replace(table, 'T')}`
    return (await client.query(`select v::text from "${table}"`)).rows[0]?.v
  }

  test('numbers beyond 2 ** 53 go where floating-point numbers go, and nowhere else', async () => {
    expect(await tried('double precision', 1e17)).toBe('1e+17')
    expect(await tried('real', 2 ** 60)).toBe('1.1529215e+18')
    expect(await tried('double precision[]', [2e19])).toBe('{2e+19}')
    for (const type of ['numeric', 'bigint', 'text']) {
      for (const value of [1e17, 2e19]) expect(await tried(type, value)).toMatch(/^ROW_REFUSED .*a bigint/)
    }
  })

  test('half a character is refused', async () => {
    for (const [type, value] of [
      ['text', 'a\ud800b'],
      ['text[]', ['\udc00']],
      ['text[]', '{\udc00}'],
    ] as const) {
      expect(await tried(type, value)).toMatch(/^ROW_REFUSED .*surrogate/)
    }
    expect(await tried('text', '😀')).toBe('😀')
  })

  test('what JSON has no text for is refused, at any depth', async () => {
    expect(await tried('json', { a: [1, Number.NaN] })).toMatch(/^ROW_REFUSED .*JSON has no NaN/)
    expect(await tried('jsonb', Number.POSITIVE_INFINITY)).toMatch(/^ROW_REFUSED .*JSON has no Infinity/)
    expect(await tried('json[]', [{ at: new Date(Number.NaN) }])).toMatch(/^ROW_REFUSED .*invalid Date/)
    expect(await tried('json', { a: null, at: new Date(0) })).toBe(
      '{"a":null,"at":"1970-01-01T00:00:00.000Z"}',
    )
  })
})

describe.skipIf(!isThere)('what refuses rows', () => {
  test('may be a trigger, or their size: onRefused is told', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int, text text')
    await client.query(`create index on "${table}" (text)`)
    const name = `f_${Math.random().toString(36).slice(2)}`
    await client.query(`create function ${name}() returns trigger language plpgsql as
      $$ begin if new.n = 2 then raise 'not two'; end if; return new; end $$`)
    onTestFinished(async () => void (await client.query(`drop function ${name} cascade`)))
    await client.query(`create trigger t before insert on "${table}" for each row execute function ${name}()`)
    const refused: string[] = []
    const sink = insert<{ n: number; text: string }>(table, {
      connection,
      columns: ['n', 'text'],
      onRefused: (_, { message }) => refused.push(/not two|index row/.exec(message)?.[0] ?? message),
    })
    // random, or it would be compressed
    const text = Array.from({ length: 20_000 }, () => Math.random().toString(36).slice(2)).join('')
    const rows = [1, 2, 3, 4].map((n) => ({ n, text: n === 3 ? text : '' }))
    const summary = await run(fromIterable(rows).pipe(sink)).done
    expect([refused, summary.result(sink)]).toEqual([['not two', 'index row'], { rows: 2, refused: 2 }])
  })

  test('at the end of the transaction is explained', async () => {
    const table = await postgresTable(await postgresClient(), 'n int unique deferrable initially deferred')
    const sink = insert<Row>(table, { connection, columns: ['n'], onRefused: () => undefined })
    const { code, message } = await failure(fromIterable([{ n: 1 }, { n: 1 }]).pipe(sink))
    expect(`${code} ${message}`).toMatch(/^CONNECTION_DENIED .*NOT DEFERRABLE/)
  })

  test('what onRefused throws is what the run fails with, at once', async () => {
    const client = await postgresClient()
    const table = await postgresTable(client, 'n int primary key')
    for (const make of [insert, upsert] as (typeof insert)[]) {
      let calls = 0
      const sink = make<Row>(table, {
        connection,
        columns: ['n'],
        ...(make === insert ? {} : { key: ['n'] }),
        onRefused: () => {
          calls++
          throw new RangeError('my own')
        },
      })
      const { message } = await failure(fromIterable([{ n: 1 }, { n: 'x' } as never]).pipe(sink))
      expect([message, calls]).toEqual(['my own', 1])
    }
  })
})
