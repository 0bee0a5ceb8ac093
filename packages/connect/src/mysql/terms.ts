/** `query`, `insert` and `upsert`: tables of MariaDB and MySQL. */

import { type BatchSourceTerm, InvalidOptionError } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import type { Conflict } from '../support/sql/dialect.ts'
import { KeyedQuery, QUERY_OPTIONS, type QueryOptions, querySpecOf } from '../support/sql/keyed-query.ts'
import { TableSink } from '../support/sql/table-sink.ts'
import { TABLE_SINK_OPTIONS, type TableSinkOptions, tableSpecOf } from '../support/sql/table-spec.ts'
import { clientConfigOf, type MysqlConnection, type MysqlSession } from './connection.ts'
import { MysqlDialect } from './dialect.ts'
import { StreamQuery } from './stream-query.ts'

/** Options of {@link query}. */
export interface MysqlQueryOptions extends QueryOptions {
  readonly connection: MysqlConnection
}

/** Options of all sinks of this folder. */
export interface MysqlSinkOptions<Row> extends TableSinkOptions<Row> {
  readonly connection: MysqlConnection
}

/** Options of {@link insert}. */
export interface InsertOptions<Row> extends MysqlSinkOptions<Row> {
  /** What becomes of a row that a unique index has already: it is refused (`fail`, the default), or left out (`skip`). */
  readonly onConflict?: 'fail' | 'skip'
}

/** Options of {@link upsert}. */
export interface UpsertOptions<Row> extends MysqlSinkOptions<Row> {
  /** The columns that tell rows apart. The table needs a unique index, or its primary key, over exactly these. */
  readonly key: readonly (keyof Row & string)[]
}

/** A sink of rows of a table. */
export type MysqlSink<Row> = TableSink<Row, MysqlSession>

/**
 * The rows of a statement, as records. With a `key`, *exactly once*: rows come in its order, page by page, so that cut
 * connections and checkpoints are survived; needs MariaDB 10.2 or MySQL 8. Without one, as the server sends them, in the
 * statement's order: a connection that is cut then fails the run, and checkpoints are refused.
 *
 * What a JavaScript number cannot hold keeps its digits: `bigint` is a bigint; `decimal`, `date`, `time` and `datetime` are
 * texts. `timestamp` is a Date (to the ms), `blob` and `binary` a Uint8Array; `json` of MySQL is what was parsed, of MariaDB a
 * text.
 *
 * By key, a row that is committed behind the key that was read last comes once; one that is committed before it, with a smaller
 * key, is missed, and one whose key grows meanwhile comes twice.
 *
 * No more than `batchItems` rows are held; while nothing takes them, the server is held back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `BadInputError` for a key that is not
 * unique or null, with a `ConnectionDeniedError` for a statement that the server refuses.
 * @example
 * ```ts needs=mysql
 * import { query } from 'millrace/connect/mysql'
 * import { toArray } from 'millrace/terms'
 *
 * const connection = 'mysql://root@127.0.0.1:3306/test'
 * const sql = 'select seq as n, seq * 0.1 as tenth from seq_1_to_100 where seq <= ?'
 * console.log(await toArray(query<{ n: bigint; tenth: string }>(sql, { connection, params: [2], key: 'n' })))
 * // [ { n: 1n, tenth: '0.1' }, { n: 2n, tenth: '0.2' } ]
 * ```
 */
export function query<Row = Record<string, unknown>>(
  sql: string,
  options: MysqlQueryOptions,
): BatchSourceTerm<Row> {
  checkOptions('query', options, { ...QUERY_OPTIONS, connection: true })
  const spec = querySpecOf('query', sql, options)
  const config = clientConfigOf('query', options.connection)
  const { key } = spec
  if (key === undefined) return new StreamQuery<Row>(spec, config)
  return new KeyedQuery<Row, MysqlSession>({ ...spec, key }, () => new MysqlDialect(config))
}

const OPTIONS = { ...TABLE_SINK_OPTIONS, connection: true } as const

/**
 * Inserts rows into a table of InnoDB. *Exactly once* where checkpoints are taken, also after `kill -9`; without them each
 * batch is written once, and a run that fails leaves the batches that it has written.
 *
 * With checkpoints rows wait in a table `millrace_stage_…` beside the target until a checkpoint holds them, and are then moved
 * in one transaction. How far each sink is stands in a table `millrace_sinks` in the same database, also without checkpoints: the
 * user needs the right to make tables there. While a batch is written, the stream is held back. The result is a {@link TableSinkResult}.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `RowRefusedError` for a row that the table
 * does not take, with a `ConnectionDeniedError` for a table, a column or a right that is missing, with an `InUseError` while
 * another run with checkpoints has the same `id`.
 * @example
 * ```ts needs=mysql
 * import { run } from 'millrace'
 * import { insert, query } from 'millrace/connect/mysql'
 * import { fromIterable, toArray } from 'millrace/terms'
 * import { createConnection } from 'mysql2/promise'
 *
 * const connection = 'mysql://root@127.0.0.1:3306/test'
 * const client = await createConnection(connection)
 * await client.query('create table docs_insert (id int primary key, total decimal(10, 2))')
 *
 * const orders = fromIterable([{ id: 1, total: '9.90' }, { id: 2, total: '12.50' }])
 * await run(orders.pipe(insert('docs_insert', { connection, columns: ['id', 'total'] }))).done
 * console.log(await toArray(query('select * from docs_insert', { connection, key: 'id' })))
 * // [ { id: 1, total: '9.90' }, { id: 2, total: '12.50' } ]
 * await client.query('drop table docs_insert')
 * await client.end()
 * ```
 */
export function insert<Row extends object>(table: string, options: InsertOptions<Row>): MysqlSink<Row> {
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
 * A table with a second unique index over columns that are written is refused: the server would update rows by that, too.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with {@link insert}.
 * @example
 * ```ts needs=mysql
 * import { run } from 'millrace'
 * import { query, upsert } from 'millrace/connect/mysql'
 * import { fromIterable, toArray } from 'millrace/terms'
 * import { createConnection } from 'mysql2/promise'
 *
 * const connection = 'mysql://root@127.0.0.1:3306/test'
 * const client = await createConnection(connection)
 * await client.query('create table docs_upsert (word varchar(20) primary key, count int)')
 *
 * const counts = fromIterable([{ word: 'a', count: 1 }, { word: 'b', count: 1 }, { word: 'a', count: 2 }])
 * await run(counts.pipe(upsert('docs_upsert', { connection, key: ['word'], columns: ['word', 'count'] }))).done
 * console.log(await toArray(query('select * from docs_upsert', { connection, key: 'word' })))
 * // [ { word: 'a', count: 2 }, { word: 'b', count: 1 } ]
 * await client.query('drop table docs_upsert')
 * await client.end()
 * ```
 */
export function upsert<Row extends object>(table: string, options: UpsertOptions<Row>): MysqlSink<Row> {
  checkOptions('upsert', options, { ...OPTIONS, key: true })
  return sinkOf('upsert', table, options, { kind: 'update', key: options.key })
}

function sinkOf<Row extends object>(
  owner: string,
  table: string,
  options: MysqlSinkOptions<Row>,
  conflict: Conflict,
): MysqlSink<Row> {
  const spec = tableSpecOf(owner, table, options, conflict)
  const config = clientConfigOf(owner, options.connection)
  return new TableSink(spec, () => new MysqlDialect(config))
}
