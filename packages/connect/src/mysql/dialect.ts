/** `MysqlDialect`: MariaDB and MySQL for the code that all SQL systems share. Made by the terms of this folder. */

import { createHash } from 'node:crypto'
import type { MillraceError } from '@millrace/core'
import type { ConnectionOptions } from 'mysql2/promise'
import { ConnectionDeniedError } from '../errors.ts'
import {
  EPOCH,
  ROW,
  type RowsInto,
  type SqlColumn,
  type SqlRow,
  STATE_TABLE,
  type Verdict,
} from '../support/sql/dialect.ts'
import type { KeyedDialect, KeyInfo, QuerySpec } from '../support/sql/keyed-query.ts'
import { explain, MysqlSession, serverName, verdictOn } from './connection.ts'
import { valueFor } from './values.ts'

/** Parameters of one statement: the protocol counts them in 16 bits. */
const MAX_PARAMS = 60_000

/** Numbers of types in the protocol, and the bit of those without a sign. */
const WHOLE = [1, 2, 3, 8, 9]
const FLOATS = [4, 5]
const DECIMALS = [0, 246]
const UNSIGNED = 32

/** One server, one database. */
export class MysqlDialect implements KeyedDialect<MysqlSession> {
  readonly server: string
  readonly #config: ConnectionOptions

  constructor(config: ConnectionOptions) {
    this.server = serverName(config)
    this.#config = config
  }

  connect(over: AbortSignal): Promise<MysqlSession> {
    return MysqlSession.open(this.#config, over)
  }

  verdictOn(error: unknown): Verdict {
    return verdictOn(error)
  }

  refusal(error: unknown): { readonly column: string | undefined; readonly cause: unknown } {
    return { column: /column '([^']+)'/i.exec((error as Error).message)?.[1], cause: error }
  }

  explain(error: unknown): MillraceError {
    return explain(error, this.server)
  }

  name(name: string): string {
    return `\`${name.replaceAll('`', '``')}\``
  }

  table(name: string): string {
    return this.name(name)
  }

  placeholder(): string {
    return '?'
  }

  encode(value: unknown, column: SqlColumn): unknown {
    return valueFor(value, column)
  }

  async columnsOf(connection: MysqlSession, table: string): Promise<readonly SqlColumn[]> {
    const { rows } = await connection.query(
      `select column_name, data_type, is_nullable, numeric_scale from information_schema.columns
       where table_schema = database() and table_name = ? order by ordinal_position`,
      [table],
    )
    return rows.map(([name, type, isNullable, scale]) => ({
      name: String(name),
      type: String(type).toLowerCase(),
      isNullable: isNullable === 'YES',
      scale: type === 'decimal' ? Number(scale) : undefined,
    }))
  }

  /** The server updates the row that any unique index finds: that must be the one of the key, and no other. */
  async checkTarget(connection: MysqlSession, table: string, { conflict, columns }: RowsInto): Promise<void> {
    const deny = (what: string, remedy: string): never => {
      throw new ConnectionDeniedError(this.server, remedy, new Error(`the table ${table} ${what}`))
    }
    const { rows: engines } = await connection.query(
      'select engine from information_schema.tables where table_schema = database() and table_name = ?',
      [table],
    )
    const engine = String(engines[0]?.[0] ?? 'none')
    if (engine.toLowerCase() !== 'innodb')
      deny(`has the engine ${engine}, which knows no transactions`, 'Make it InnoDB.')
    if (conflict.kind !== 'update') return
    const { rows } = await connection.query(
      `select index_name, column_name from information_schema.statistics
       where table_schema = database() and table_name = ? and non_unique = 0`,
      [table],
    )
    const indexes = new Map<unknown, string[]>()
    for (const [index, column] of rows) indexes.set(index, [...(indexes.get(index) ?? []), String(column)])
    const isKey = (index: readonly string[]) =>
      [...index].sort().join('\0') === [...conflict.key].sort().join('\0')
    if (![...indexes.values()].some(isKey)) {
      deny(
        `has no unique index over ${conflict.key.join(', ')}`,
        'Rows are told apart by one over exactly the key.',
      )
    }
    const written = columns.map(({ name }) => name)
    const other = [...indexes.values()].find(
      (index) => !isKey(index) && index.every((name) => written.includes(name)),
    )
    if (other !== undefined) {
      deny(
        `has another unique index, over ${other.join(', ')}`,
        'By it, too, rows would be taken for the same.',
      )
    }
  }

  async describe(
    { connection }: MysqlSession,
    { sql, params, key }: Pick<QuerySpec, 'sql' | 'params' | 'key'>,
  ): Promise<KeyInfo> {
    const [, fields] = await connection.execute(`select * from (${sql}\n) as q limit 0`, [...params] as never)
    const field = fields.find(({ name }) => name === key)
    const type = field?.columnType ?? 0
    if (field !== undefined && FLOATS.includes(type)) {
      const error = new Error(`the key ${key} is a floating-point number, of which no text has all digits`)
      throw new ConnectionDeniedError(this.server, 'Name another column as key.', error)
    }
    const whole = (Number(field?.flags ?? 0) & UNSIGNED) === 0 ? 'signed' : 'unsigned'
    const as = WHOLE.includes(type) ? whole : DECIMALS.includes(type) ? 'decimal(65, 30)' : undefined
    return {
      columns: fields.map(({ name }) => name),
      isWhole: WHOLE.includes(type),
      cast: (placeholder) => (as === undefined ? placeholder : `cast(${placeholder} as ${as})`),
      text: (column) => `cast(${column} as char)`,
    }
  }

  async insert(connection: MysqlSession, into: RowsInto, rows: readonly SqlRow[]): Promise<void> {
    const row = `(${into.columns.map(() => '?').join(',')})`
    const most = Math.max(1, Math.floor(MAX_PARAMS / into.columns.length))
    for (let from = 0; from < rows.length; from += most) {
      const part = rows.slice(from, from + most)
      const values = `values ${part.map(() => row).join(',')}`
      const sql = `insert into ${into.table} (${this.#names(into)}) ${values} ${this.#onConflict(into)}`
      await connection.query(sql, part.flat())
    }
  }

  #names({ columns }: RowsInto): string {
    return columns.map(({ name }) => this.name(name)).join(', ')
  }

  /** `insert ignore` would take wrong values, too. */
  #onConflict({ conflict, columns, table }: RowsInto): string {
    if (conflict.kind === 'fail') return ''
    const names = columns.map(({ name }) => this.name(name))
    if (conflict.kind === 'skip') return `on duplicate key update ${names[0]} = ${table}.${names[0]}`
    return `on duplicate key update ${names.map((name) => `${name} = values(${name})`).join(', ')}`
  }

  async lock(connection: MysqlSession, name: string): Promise<number | undefined> {
    // the name is one for the whole server, and short
    const { rows: databases } = await connection.query('select database()')
    const hash = createHash('sha256').update(`${databases[0]?.[0]} ${name}`).digest('hex')
    const lock = `millrace ${hash.slice(0, 40)}`
    const { rows } = await connection.query('select get_lock(?, 0), is_used_lock(?)', [lock, lock])
    return Number(rows[0]?.[0]) === 1 ? undefined : Number(rows[0]?.[1] ?? 0)
  }

  async endSession(connection: MysqlSession, id: number): Promise<void> {
    try {
      await connection.query(`kill ${id}`)
    } catch (error) {
      // it has gone meanwhile
      if ((error as { errno?: number }).errno !== 1094) throw error
    }
  }

  async createState(connection: MysqlSession): Promise<void> {
    if ((await this.columnsOf(connection, STATE_TABLE)).length > 0) return
    await connection.query(
      `create table if not exists ${STATE_TABLE} (id varchar(255) primary key, run varchar(36) not null,
       owner varchar(36) not null, applied bigint not null, moved bigint not null, batch bigint not null,
       touched bigint not null) engine = InnoDB character set utf8mb4 collate utf8mb4_bin`,
    )
  }

  async createStage(connection: MysqlSession, stage: string, target: RowsInto): Promise<void> {
    await connection.query(
      `create table if not exists ${stage} (${EPOCH} bigint not null, ${ROW} bigint not null primary key)
       engine = InnoDB as select 0 as ${EPOCH}, 0 as ${ROW}, ${this.#names(target)} from ${target.table} limit 0`,
    )
  }

  moveSql(stage: string, target: RowsInto): string {
    const names = this.#names(target)
    const range = `from ${stage} where ${EPOCH} <= ? and ${ROW} >= ? and ${ROW} < ? order by ${ROW}`
    return `insert into ${target.table} (${names}) select ${names} ${range} ${this.#onConflict(target)}`
  }
}
