/** `insert`, `upsert` and `copyInto`: rows into a table of PostgreSQL. */

import { InvalidOptionError } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import type { Conflict } from '../support/sql/dialect.ts'
import { TableSink } from '../support/sql/table-sink.ts'
import {
  checkName,
  TABLE_SINK_OPTIONS,
  type TableSinkOptions,
  tableSpecOf,
} from '../support/sql/table-spec.ts'
import { clientConfigOf, type PostgresConnection, type PostgresSession } from './connection.ts'
import { PostgresDialect, type Sending } from './dialect.ts'

/** Options of all sinks of this folder. */
export interface PostgresSinkOptions<Row> extends TableSinkOptions<Row> {
  /** The server. Default: what the environment says, `PGHOST` and its kin. */
  readonly connection?: PostgresConnection
  /** The schema of the table. Default: the first one of the search path that has it. */
  readonly schema?: string
}

/** Options of {@link insert}. */
export interface InsertOptions<Row> extends PostgresSinkOptions<Row> {
  /** What becomes of a row that a unique index has already: it is refused (`fail`, the default), or left out (`skip`). */
  readonly onConflict?: 'fail' | 'skip'
}

/** Options of {@link upsert}. */
export interface UpsertOptions<Row> extends PostgresSinkOptions<Row> {
  /** The columns that tell rows apart. The table needs a unique index, or its primary key, over exactly these. */
  readonly key: readonly (keyof Row & string)[]
}

const OPTIONS = { ...TABLE_SINK_OPTIONS, connection: true, schema: true } as const

/** A sink of rows of a table. */
export type PostgresSink<Row> = TableSink<Row, PostgresSession>

/**
 * Inserts rows into a table. *Exactly once* where checkpoints are taken, also after `kill -9`; without them each batch is
 * written once, and a run that fails leaves the batches that it has written.
 *
 * With checkpoints rows wait in a table `millrace_stage_…` beside the target until a checkpoint holds them, and are then moved
 * in one transaction. How far each sink is stands in a table `millrace_sinks` in the same schema, also without checkpoints: the
 * user needs the right to make tables there. While a batch is written, the stream is held back. The result is a {@link TableSinkResult}.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `RowRefusedError` for a row that the table
 * does not take, with a `ConnectionDeniedError` for a table, a column or a right that is missing, with an `InUseError` while
 * another run with checkpoints has the same `id`.
 * @example
 * ```ts needs=postgres
 * import { run } from 'millrace'
 * import { insert, query } from 'millrace/connect/postgres'
 * import { fromIterable, toArray } from 'millrace/terms'
 * import pg from 'pg'
 *
 * const client = new pg.Client()
 * await client.connect()
 * await client.query('create table docs_insert (id int primary key, total numeric(10, 2))')
 *
 * const orders = fromIterable([{ id: 1, total: '9.90' }, { id: 2, total: '12.50' }])
 * await run(orders.pipe(insert('docs_insert', { columns: ['id', 'total'] }))).done
 * console.log(await toArray(query('select * from docs_insert', { key: 'id' })))
 * // [ { id: 1, total: '9.90' }, { id: 2, total: '12.50' } ]
 * await client.query('drop table docs_insert')
 * await client.end()
 * ```
 */
export function insert<Row extends object>(table: string, options: InsertOptions<Row>): PostgresSink<Row> {
  checkOptions('insert', options, { ...OPTIONS, onConflict: true })
  const { onConflict = 'fail' } = options
  if (onConflict !== 'fail' && onConflict !== 'skip') {
    throw new InvalidOptionError('onConflict of insert()', onConflict, '"fail" or "skip"')
  }
  return sinkOf('insert', table, options, { kind: onConflict })
}

/**
 * Inserts rows, or updates those that have the same key: of several rows with one key the last one stays. *Exactly once* where
 * checkpoints are taken, also after `kill -9`, as {@link insert}; so a reader of the table never sees a value go back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with {@link insert}.
 * @example
 * ```ts needs=postgres
 * import { run } from 'millrace'
 * import { query, upsert } from 'millrace/connect/postgres'
 * import { fromIterable, toArray } from 'millrace/terms'
 * import pg from 'pg'
 *
 * const client = new pg.Client()
 * await client.connect()
 * await client.query('create table docs_upsert (word text primary key, count int)')
 *
 * const counts = fromIterable([{ word: 'a', count: 1 }, { word: 'b', count: 1 }, { word: 'a', count: 2 }])
 * await run(counts.pipe(upsert('docs_upsert', { key: ['word'], columns: ['word', 'count'] }))).done
 * console.log(await toArray(query('select * from docs_upsert', { key: 'word' })))
 * // [ { word: 'a', count: 2 }, { word: 'b', count: 1 } ]
 * await client.query('drop table docs_upsert')
 * await client.end()
 * ```
 */
export function upsert<Row extends object>(table: string, options: UpsertOptions<Row>): PostgresSink<Row> {
  checkOptions('upsert', options, { ...OPTIONS, key: true })
  return sinkOf('upsert', table, options, { kind: 'update', key: options.key })
}

/**
 * As {@link insert}, by `COPY`: a multiple faster for many rows. Needs the package `pg-copy-streams`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with {@link insert}.
 * @example
 * ```ts needs=postgres
 * import { run } from 'millrace'
 * import { copyInto } from 'millrace/connect/postgres'
 * import { fromIterable } from 'millrace/terms'
 * import pg from 'pg'
 *
 * const client = new pg.Client()
 * await client.connect()
 * await client.query('create table docs_copy_into (id int)')
 *
 * const sink = copyInto<{ id: number }>('docs_copy_into', { columns: ['id'], batchItems: 10_000 })
 * const rows = fromIterable(Array.from({ length: 100_000 }, (_, id) => ({ id })))
 * const summary = await run(rows.pipe(sink)).done
 * console.log(summary.result(sink)) // { rows: 100000, refused: 0 }
 * await client.query('drop table docs_copy_into')
 * await client.end()
 * ```
 */
export function copyInto<Row extends object>(
  table: string,
  options: PostgresSinkOptions<Row>,
): PostgresSink<Row> {
  checkOptions('copyInto', options, OPTIONS)
  return sinkOf('copyInto', table, options, { kind: 'fail' }, 'copy')
}

function sinkOf<Row extends object>(
  owner: string,
  table: string,
  options: PostgresSinkOptions<Row>,
  conflict: Conflict,
  sending?: Sending,
): PostgresSink<Row> {
  const { connection, schema } = options
  if (schema !== undefined) checkName(`schema of ${owner}()`, schema)
  const spec = tableSpecOf(owner, table, options, conflict)
  const config = clientConfigOf(owner, connection)
  return new TableSink(spec, () => new PostgresDialect(config, schema, sending))
}
