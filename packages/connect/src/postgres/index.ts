/** `millrace/connect/postgres`: PostgreSQL as source and sink. */

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
export type { PostgresConnection, PostgresServer, PostgresTls } from './connection.ts'
export { type CopyFromOptions, copyFrom } from './copy-from.ts'
export { type ListenOptions, listen, type PostgresNotification } from './listen.ts'
export { type PostgresQueryOptions, query } from './query.ts'
export {
  copyInto,
  type InsertOptions,
  insert,
  type PostgresSink,
  type PostgresSinkOptions,
  type UpsertOptions,
  upsert,
} from './sinks.ts'
