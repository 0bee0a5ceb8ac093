/** `millrace/connect/mysql`: MariaDB and MySQL as source and sink. */

export {
  ClientMissingError,
  ConnectionDeniedError,
  ConnectionLostError,
  OtherTableStateError,
  RowRefusedError,
} from '../errors.ts'
export type { BatchOptions } from '../support/batcher.ts'
export type { ReconnectOptions } from '../support/reconnect.ts'
export type { QueryOptions } from '../support/sql/keyed-query.ts'
export type { TableSinkOptions } from '../support/sql/table-spec.ts'
export type { TableSinkResult } from '../support/sql/table-writer.ts'
export type { MysqlConnection, MysqlServer, MysqlTls } from './connection.ts'
export {
  type InsertOptions,
  insert,
  type MysqlQueryOptions,
  type MysqlSink,
  type MysqlSinkOptions,
  query,
  type UpsertOptions,
  upsert,
} from './terms.ts'
