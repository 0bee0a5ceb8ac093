/** `PostgresDialect`: PostgreSQL for the code that all SQL systems share. Made by the sinks of this folder. */

import { createHash } from 'node:crypto'
import type { MillraceError } from '@millrace/core'
import type { ClientConfig } from 'pg'
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
import { explain, PostgresSession, serverName, verdictOn, withDetail } from './connection.ts'
import { copyRows } from './copy-rows.ts'
import { textFor } from './values.ts'

/** Parameters of one statement: the protocol counts them in 16 bits. */
const MAX_PARAMS = 60_000

/** How rows are sent. */
export type Sending = 'insert' | 'copy'

/** One server, one schema. */
export class PostgresDialect implements KeyedDialect<PostgresSession> {
  readonly server: string
  readonly #config: ClientConfig
  readonly #schema: string | undefined
  readonly #sending: Sending

  constructor(config: ClientConfig, schema: string | undefined, sending: Sending = 'insert') {
    this.server = serverName(config)
    this.#config = config
    this.#schema = schema
    this.#sending = sending
  }

  connect(over: AbortSignal): Promise<PostgresSession> {
    return PostgresSession.open(this.#config, over)
  }

  verdictOn(error: unknown): Verdict {
    return verdictOn(error)
  }

  refusal(error: unknown): { readonly column: string | undefined; readonly cause: unknown } {
    return { column: (error as { column?: string }).column, cause: withDetail(error) }
  }

  explain(error: unknown): MillraceError {
    return explain(error, this.server)
  }

  name(name: string): string {
    return `"${name.replaceAll('"', '""')}"`
  }

  table(name: string): string {
    return this.#schema === undefined ? this.name(name) : `${this.name(this.#schema)}.${this.name(name)}`
  }

  placeholder(at: number): string {
    return `$${at}`
  }

  encode(value: unknown, column: SqlColumn): string | null {
    return textFor(value, column)
  }

  async columnsOf(connection: PostgresSession, table: string): Promise<readonly SqlColumn[]> {
    const { rows } = await connection.query(
      `select attname, format_type(case when typtype = 'd' then typbasetype else t.oid end, null), not attnotnull,
       case when atttypid = 'numeric'::regtype and atttypmod >= 4 then (atttypmod - 4) & 2047 end
       from pg_attribute a join pg_type t on t.oid = atttypid
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
      [this.table(table)],
    )
    return rows.map(([name, type, isNullable, scale]) => {
      return { name, type, isNullable, scale: scale ?? undefined } as SqlColumn
    })
  }

  async describe(
    { client }: PostgresSession,
    { sql, params, key }: Pick<QuerySpec, 'sql' | 'params' | 'key'>,
  ): Promise<KeyInfo> {
    const { fields } = await client.query({
      text: `select * from (${sql}\n) as q limit 0`,
      values: [...params],
    })
    const oid = fields.find(({ name }) => name === key)?.dataTypeID ?? 0
    // with a length that is not known: without one, char and bit would be char(1) and bit(1)
    const { rows } = await client.query<{ type: string }>('select format_type($1, -1) as type', [oid])
    const type = rows[0]?.type ?? 'text'
    return {
      columns: fields.map(({ name }) => name),
      isWhole: ['smallint', 'integer', 'bigint'].includes(type),
      cast: (placeholder) => `${placeholder}::text::${type}`,
      text: (column) => `${column}::text`,
    }
  }

  async insert(connection: PostgresSession, into: RowsInto, rows: readonly SqlRow[]): Promise<void> {
    if (this.#sending === 'copy') return copyRows(connection.client, into.table, this.#names(into), rows)
    const width = into.columns.length
    const most = Math.max(1, Math.floor(MAX_PARAMS / width))
    for (let from = 0; from < rows.length; from += most) {
      const part = rows.slice(from, from + most)
      const places = part.map(
        (_, row) => `(${into.columns.map((_, at) => `$${row * width + at + 1}`).join(',')})`,
      )
      const values = `values ${places.join(',')}`
      await connection.query(
        `insert into ${into.table} (${this.#names(into)}) ${values} ${this.#onConflict(into)}`,
        part.flat(),
      )
    }
  }

  #names({ columns }: RowsInto): string {
    return columns.map(({ name }) => this.name(name)).join(', ')
  }

  #onConflict({ conflict, columns }: RowsInto): string {
    if (conflict.kind === 'fail') return ''
    if (conflict.kind === 'skip') return 'on conflict do nothing'
    const key = conflict.key.map((name) => this.name(name)).join(', ')
    const others = columns
      .filter(({ name }) => !conflict.key.includes(name))
      .map(({ name }) => this.name(name))
    if (others.length === 0) return `on conflict (${key}) do nothing`
    return `on conflict (${key}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`
  }

  /** Session by session: another one is told who has it. */
  async lock(connection: PostgresSession, name: string): Promise<number | undefined> {
    const key = createHash('sha256').update(name).digest().readBigInt64BE()
    const { rows } = await connection.query('select pg_try_advisory_lock($1)', [key])
    if (rows[0]?.[0] === true) return undefined
    const holder = await connection.query(
      `select pid from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32 | objid::bigint) = $1`,
      [key],
    )
    return Number(holder.rows[0]?.[0] ?? 0)
  }

  async endSession(connection: PostgresSession, id: number): Promise<void> {
    await connection.query('select pg_terminate_backend($1)', [id])
  }

  async createState(connection: PostgresSession): Promise<void> {
    // two sessions that make it at once: one of them fails, and finds it there
    if ((await this.columnsOf(connection, STATE_TABLE)).length > 0) return
    try {
      await connection.query(
        `create table if not exists ${this.table(STATE_TABLE)} (id text primary key, run text not null,
         owner text not null, applied bigint not null, moved bigint not null, batch bigint not null,
         touched bigint not null)`,
      )
    } catch (error) {
      if ((await this.columnsOf(connection, STATE_TABLE)).length === 0) throw error
    }
  }

  async createStage(connection: PostgresSession, stage: string, target: RowsInto): Promise<void> {
    const names = this.#names(target)
    await connection.query(
      `create table if not exists ${stage} as
       select 0::bigint as ${EPOCH}, 0::bigint as ${ROW}, ${names} from ${target.table} with no data`,
    )
    // a row that lacks a value is to be refused as soon as it comes
    for (const { name, isNullable } of target.columns) {
      if (!isNullable)
        await connection.query(`alter table ${stage} alter column ${this.name(name)} set not null`)
    }
  }

  moveSql(stage: string, target: RowsInto): string {
    const names = this.#names(target)
    const range = `from ${stage} where ${EPOCH} <= $1 and ${ROW} >= $2 and ${ROW} < $3`
    const { conflict } = target
    const into = `insert into ${target.table} (${names})`
    if (conflict.kind !== 'update') {
      return `${into} select ${names} ${range} order by ${ROW} ${this.#onConflict(target)}`
    }
    // of several rows with one key the last one stays, as if they had been written one after the other
    const key = conflict.key.map((name) => this.name(name)).join(', ')
    const last = `select distinct on (${key}) ${ROW}, ${names} ${range} order by ${key}, ${ROW} desc`
    return `${into} select ${names} from (${last}) as last order by ${ROW} ${this.#onConflict(target)}`
  }
}
