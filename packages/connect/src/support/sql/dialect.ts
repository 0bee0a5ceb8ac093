/**
 * `SqlDialect`: what sources and sinks of tables need to know of one kind of server. Each SQL system's folder has one; the
 * code beside this file, which knows no system, is built on it.
 */

import type { MillraceError } from '@millrace/core'

/** A row as its driver gives it: one value per column, in their order. */
export type SqlRow = readonly unknown[]

/** What a statement brought. */
export interface SqlResult {
  readonly columns: readonly string[]
  readonly rows: readonly SqlRow[]
  /** Rows that were written. */
  readonly written: number
}

/** One connection, used by one caller at a time. */
export interface SqlConnection {
  /** Runs one statement; the parameters are values, never text of the statement. */
  query(sql: string, params?: readonly unknown[]): Promise<SqlResult>
  /** The number that the server knows it by. */
  readonly id: number | undefined
  /** Lets go of it at once, whatever it is doing. Never fails. */
  close(): void
}

/** A column of a table. */
export interface SqlColumn {
  readonly name: string
  /** The server's name of its type, without a length. */
  readonly type: string
  readonly isNullable: boolean
  /** Digits behind the point, of a decimal type that has a fixed number of them. */
  readonly scale?: number | undefined
}

/** What becomes of a row whose key is in the table already. */
export type Conflict =
  | { readonly kind: 'fail' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'update'; readonly key: readonly string[] }

/** Which rows go where. */
export interface RowsInto {
  /** A quoted name. */
  readonly table: string
  readonly columns: readonly SqlColumn[]
  readonly conflict: Conflict
}

/** How much is wrong with a row, as the server sees it. */
export type Verdict =
  /** The connection is gone, or the transaction was broken off for no fault of its own: it may be tried again. */
  | 'passing'
  /** The server does not take the data of one of the rows. */
  | 'row'
  /** Two rows of one statement are about the same key. */
  | 'twice'
  /** It will not go well however often it is tried. */
  | 'lasting'

/** One kind of server, as a term is to use it. */
export interface SqlDialect<Connection extends SqlConnection = SqlConnection> {
  /** What messages call the server, without credentials. */
  readonly server: string
  /** @param over lets go of the connection at once, also while it is being made. */
  connect(over: AbortSignal): Promise<Connection>
  verdictOn(error: unknown): Verdict
  /** What the server says is wrong with a row, and with which column of it, where it says so. */
  refusal(error: unknown): { readonly column: string | undefined; readonly cause: unknown }
  /** What a lasting error is to the user; says what to look at. */
  explain(error: unknown): MillraceError
  /** Quotes a name. */
  name(name: string): string
  /** Quotes a table, in the schema that the term names. */
  table(name: string): string
  /** The placeholder of the parameter with this number, from 1. */
  placeholder(at: number): string
  /** The columns of a table, in their order; none if there is no such table. */
  columnsOf(connection: Connection, table: string): Promise<readonly SqlColumn[]>
  /** Looks whether rows can be written there as is asked, where the server itself would not say so. */
  checkTarget?(connection: Connection, table: string, into: RowsInto): Promise<void>
  /** What is sent for a value of a row. @throws {TypeError} saying what is wrong with it. */
  encode(value: unknown, column: SqlColumn): unknown
  /** Writes rows, in their order. */
  insert(connection: Connection, into: RowsInto, rows: readonly SqlRow[]): Promise<void>
  /** Takes a name for this connection, as long as it lives. Returns who has it, if it is taken. */
  lock(connection: Connection, name: string): Promise<number | undefined>
  /** Ends another connection of the same user, by its number. */
  endSession(connection: Connection, id: number): Promise<void>
  /** Makes the table in which sinks keep how far they are, unless it is there. */
  createState(connection: Connection): Promise<void>
  /** Makes a table for rows that wait: their epoch and number, and the columns of the target. */
  createStage(connection: Connection, stage: string, target: RowsInto): Promise<void>
  /**
   * The statement that copies rows from a stage into the target, in order. Its parameters: the last epoch, the number of the
   * first row, and one more than that of the last.
   */
  moveSql(stage: string, target: RowsInto): string
}

/** The table in which sinks keep how far they are. */
export const STATE_TABLE = 'millrace_sinks'

/** The columns that come first in a table of rows that wait: the epoch, and the number of the row over all epochs. */
export const [EPOCH, ROW] = ['millrace_epoch', 'millrace_row'] as const
export const STAGE_COLUMNS: readonly SqlColumn[] = [EPOCH, ROW].map((name) => ({
  name,
  type: 'bigint',
  isNullable: false,
}))
