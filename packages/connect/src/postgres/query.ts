/** `query`: the rows of a statement of PostgreSQL. */

import type { BatchSourceTerm } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import { KeyedQuery, QUERY_OPTIONS, type QueryOptions, querySpecOf } from '../support/sql/keyed-query.ts'
import { clientConfigOf, type PostgresConnection } from './connection.ts'
import { CursorQuery } from './cursor-query.ts'
import { PostgresDialect } from './dialect.ts'

/** Options of {@link query}. */
export interface PostgresQueryOptions extends QueryOptions {
  /** The server. Default: what the environment says, `PGHOST` and its kin. */
  readonly connection?: PostgresConnection
}

/**
 * The rows of a statement, as records. With a `key`, *exactly once*: rows come in its order, page by page, so that cut
 * connections and checkpoints are survived. Without one, by a cursor in one transaction, in the statement's order: a connection
 * that is cut then fails the run, and checkpoints are refused.
 *
 * What a JavaScript number cannot hold keeps its digits: `bigint` is a bigint; `numeric`, `money`, `date`, `time`, `timestamp`
 * and `interval` are texts. `timestamptz` is a Date (to the ms), `bytea` a Uint8Array, `json` what was parsed.
 *
 * By key, a row that is committed behind the key that was read last comes once; one that is committed before it, with a smaller
 * key, is missed, and one whose key grows meanwhile comes twice.
 *
 * No more than `batchItems` rows are held; while nothing takes them, nothing is fetched.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `BadInputError` for a key that is not
 * unique or null, with a `ConnectionDeniedError` for a statement that the server refuses.
 * @example
 * ```ts needs=postgres
 * import { query } from 'millrace/connect/postgres'
 * import { toArray } from 'millrace/terms'
 *
 * const sql = 'select n::int as n, n * n as square from generate_series(1::bigint, $1) as n'
 * console.log(await toArray(query<{ n: number; square: bigint }>(sql, { params: [3], key: 'n' })))
 * // [ { n: 1, square: 1n }, { n: 2, square: 4n }, { n: 3, square: 9n } ]
 * ```
 */
export function query<Row = Record<string, unknown>>(
  sql: string,
  options: PostgresQueryOptions = {},
): BatchSourceTerm<Row> {
  checkOptions('query', options, { ...QUERY_OPTIONS, connection: true })
  const spec = querySpecOf('query', sql, options)
  const config = clientConfigOf('query', options.connection)
  const { key } = spec
  if (key === undefined) return new CursorQuery<Row>(spec, config)
  return new KeyedQuery<Row, never>({ ...spec, key }, () => new PostgresDialect(config, undefined) as never)
}
