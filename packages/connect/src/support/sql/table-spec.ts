/** `TableSpec`: what a sink is to write to which table, as its options say. Checked when the term is made. */

import { InvalidOptionError, MillraceError } from '@millrace/core'
import { checkMs } from '@millrace/core/engine'
import { ConnectionDeniedError, RowRefusedError } from '../../errors.ts'
import { type BatchOptions, batchingOf } from '../batcher.ts'
import { type ReconnectOptions, reconnectOf } from '../reconnect.ts'
import type { Conflict, SqlColumn, SqlDialect, SqlRow } from './dialect.ts'

/** What every sink of rows can be told. */
export interface TableSinkOptions<Row> extends BatchOptions {
  /** The columns that are written; a row has a property for each, which may be `null`. What else it has is left out. */
  readonly columns: readonly (keyof Row & string)[]
  /**
   * What the sink is called where it keeps how far it is: one run at a time has the name. Default: the table and the term's
   * id in its graph. Of use where two graphs write to one table at the same time, with checkpoints.
   */
  readonly id?: string
  /**
   * Called with each row that the database refuses: a key that is there already, a text that is too long. The run then goes on
   * without it. After a kill, or where a connection is lost with the answer to a commit, it may be
   * called again with the same row. What it throws fails the run. Default: the run fails with a `RowRefusedError`.
   */
  readonly onRefused?: (row: Row, error: RowRefusedError) => void
  /** How a connection that is lost is made again. */
  readonly reconnect?: ReconnectOptions
  /**
   * How long, in ms, a run waits for another that holds its `id`, whose process may be dead without the server having
   * noticed. Then it is refused with an `InUseError`. Default 10,000.
   */
  readonly lockWaitMs?: number
}

const DEFAULT_LOCK_WAIT_MS = 10_000

/** Names of these options, for `checkOptions`. */
export const TABLE_SINK_OPTIONS = {
  batchItems: true,
  batchMs: true,
  columns: true,
  id: true,
  onRefused: true,
  reconnect: true,
  lockWaitMs: true,
} as const

/** A table, and how it is written to. */
export interface TableSpec<Row> {
  /** Name of the function that makes the sink. */
  readonly owner: string
  readonly table: string
  readonly columns: readonly string[]
  readonly conflict: Conflict
  readonly id: string | undefined
  readonly onRefused: ((row: Row, error: RowRefusedError) => void) | undefined
  readonly batching: Required<BatchOptions>
  readonly reconnect: Required<ReconnectOptions>
  readonly lockWaitMs: number
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function tableSpecOf<Row>(
  owner: string,
  table: string,
  options: TableSinkOptions<Row>,
  conflict: Conflict,
): TableSpec<Row> {
  checkName(`The table of ${owner}()`, table)
  checkNames(`columns of ${owner}()`, options.columns)
  const { columns, id, onRefused, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options
  if (conflict.kind === 'update') {
    checkNames(`key of ${owner}()`, conflict.key)
    const other = conflict.key.find((name) => !(columns as readonly string[]).includes(name))
    if (other !== undefined) throw new InvalidOptionError(`key of ${owner}()`, other, 'one of its columns')
  }
  if (id !== undefined) checkName(`id of ${owner}()`, id)
  if (onRefused !== undefined && typeof onRefused !== 'function') {
    throw new InvalidOptionError(`onRefused of ${owner}()`, onRefused, 'a function')
  }
  checkMs(`lockWaitMs of ${owner}()`, lockWaitMs)
  const batching = batchingOf(owner, options)
  const reconnect = reconnectOf(owner, options.reconnect)
  return { owner, table, columns, conflict, id, onRefused, batching, reconnect, lockWaitMs }
}

/** @throws {InvalidOptionError} unless it is a name that a database may know. */
export function checkName(option: string, name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > 200 || name.includes('\0')) {
    throw new InvalidOptionError(option, name, 'a name')
  }
}

function checkNames(option: string, names: unknown): void {
  if (!Array.isArray(names) || names.length === 0)
    throw new InvalidOptionError(option, names, 'a list of names')
  for (const name of names) checkName(option, name)
  if (new Set(names).size < names.length) throw new InvalidOptionError(option, names, 'each name once')
}

/** The columns that a sink writes. @throws {ConnectionDeniedError} naming what the table does not have. */
export function columnsFor(
  { owner, table, columns }: Pick<TableSpec<never>, 'owner' | 'table' | 'columns'>,
  known: readonly SqlColumn[],
  server: string,
): SqlColumn[] {
  if (known.length === 0) {
    const remedy = `Make it before ${owner}() writes to it, or look at its name, its schema and the database.`
    throw new ConnectionDeniedError(server, remedy, new Error(`there is no table ${table}`))
  }
  return columns.map((name) => {
    const column = known.find((each) => each.name === name)
    if (column !== undefined) return column
    const names = known.map((each) => each.name).join(', ')
    const remedy = `Its columns are ${names}.`
    throw new ConnectionDeniedError(server, remedy, new Error(`the table ${table} has no column ${name}`))
  })
}

/** What is sent for a row. @throws {RowRefusedError} naming the column whose value cannot be sent. */
export function encodeRow<Row>(
  dialect: SqlDialect,
  { table, conflict }: TableSpec<Row>,
  columns: readonly SqlColumn[],
  row: Row,
): SqlRow {
  if (typeof row !== 'object' || row === null) {
    throw new RowRefusedError(
      table,
      undefined,
      row,
      new TypeError('a row is an object with a property per column'),
    )
  }
  return columns.map((column) => {
    const { name } = column
    const value = Object.hasOwn(row, name) ? (row as Readonly<Record<string, unknown>>)[name] : undefined
    try {
      if (value === undefined) throw new TypeError('it is missing; say null for a column without a value')
      if (value !== null) {
        checkDigits(value, column)
        return dialect.encode(value, column)
      }
      if (conflict.kind === 'update' && conflict.key.includes(name)) {
        throw new TypeError('it is null, and belongs to the key, of which two nulls are never the same')
      }
      return null
    } catch (error) {
      if (error instanceof MillraceError) throw error
      throw new RowRefusedError(table, name, row, error)
    }
  })
}

/** A number is rounded as the server does it; a text is meant digit by digit. */
function checkDigits(value: unknown, { scale }: SqlColumn): void {
  if (scale === undefined || typeof value !== 'string') return
  const [, digits = '', exponent = '0'] = /^\s*[+-]?\d*(?:\.(\d*))?(?:e([+-]?\d+))?\s*$/i.exec(value) ?? []
  if (digits.replace(/0+$/, '').length - Number(exponent) > scale) {
    throw new TypeError(`it has more than ${scale} digits behind the point, which the column would lose`)
  }
}
