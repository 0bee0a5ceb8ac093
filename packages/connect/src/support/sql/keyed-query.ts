/**
 * `KeyedQuery`: reads the rows of a query page by page, in the order of a unique key. So it can go on behind any key: after a
 * cut connection, from a checkpoint, and in ranges that workers read side by side. Made by the systems' `query`.
 */

import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import {
  BadInputError,
  BatchSourceTerm,
  type Clock,
  type Context,
  InvalidOptionError,
  type SplitRequest,
} from '@millrace/core'
import { checkWhole, define, systemClock } from '@millrace/core/engine'
import { type ReconnectOptions, reconnectOf } from '../reconnect.ts'
import type { SqlConnection, SqlDialect, SqlRow } from './dialect.ts'
import { OpenReads } from './open-reads.ts'
import { Session } from './session.ts'
import { checkName } from './table-spec.ts'

/** What every query can be told. */
export interface QueryOptions {
  /** Values of the statement's parameters, in their order. */
  readonly params?: readonly unknown[]
  /**
   * A column of the result that is unique and never null, best one with an index. With it, rows come in its order, a connection
   * that is cut loses and doubles nothing, and a run goes on from a checkpoint. Without it, they come in the statement's order.
   */
  readonly key?: string
  /** Rows that are fetched at once, and that the source holds at most. Default 1,000. */
  readonly batchItems?: number
  /**
   * Has workers read ranges of this many values of `key`, which must be a whole number then: under `pool` and `work-stealing`,
   * and without checkpoints. The table must not change meanwhile. Default: one reader.
   */
  readonly splitKeys?: number
  /** How a connection that is lost is made again. */
  readonly reconnect?: ReconnectOptions
}

/** Names of these options, for `checkOptions`. */
export const QUERY_OPTIONS = {
  params: true,
  key: true,
  batchItems: true,
  splitKeys: true,
  reconnect: true,
} as const

const DEFAULT_BATCH_ITEMS = 1000
/** Ranges that `splitKeys` may make: each costs a connection and three statements. */
const MAX_RANGES = 100_000n

/** A statement, and how it is read. */
export interface QuerySpec {
  readonly owner: string
  readonly sql: string
  readonly params: readonly unknown[]
  readonly key: string | undefined
  readonly batchItems: number
  readonly splitKeys: number | undefined
  readonly reconnect: Required<ReconnectOptions>
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function querySpecOf(owner: string, sql: string, options: QueryOptions): QuerySpec {
  if (typeof sql !== 'string' || sql.trim() === '') {
    throw new InvalidOptionError(`The statement of ${owner}()`, sql, 'a text: "select …"')
  }
  const { params = [], key, batchItems = DEFAULT_BATCH_ITEMS, splitKeys } = options
  if (!Array.isArray(params)) throw new InvalidOptionError(`params of ${owner}()`, params, 'a list')
  if (key !== undefined) checkName(`key of ${owner}()`, key)
  checkWhole(`batchItems of ${owner}()`, batchItems, 1)
  if (splitKeys !== undefined) {
    checkWhole(`splitKeys of ${owner}()`, splitKeys, 1)
    if (key === undefined) throw new InvalidOptionError(`splitKeys of ${owner}()`, splitKeys, 'with a key')
  }
  const reconnect = reconnectOf(owner, options.reconnect)
  return { owner, sql: sql.trim().replace(/;$/, ''), params, key, batchItems, splitKeys, reconnect }
}

/** What a dialect knows of a key. */
export interface KeyInfo {
  /** The columns of the query. */
  readonly columns: readonly string[]
  readonly isWhole: boolean
  /** The text of a key, which is the value of this placeholder, as a value of its type. */
  cast(placeholder: string): string
  /** A column as a text that `cast` understands. */
  text(column: string): string
}

/** A dialect that can read by key. */
export interface KeyedDialect<Connection extends SqlConnection> extends SqlDialect<Connection> {
  /** Asks the server what the columns of a query are, without running it. */
  describe(connection: Connection, query: Pick<QuerySpec, 'sql' | 'params' | 'key'>): Promise<KeyInfo>
}

/** Where to go on. */
interface KeyPlace {
  readonly sql: string
  /** A digest of the parameters. */
  readonly params: string
  /** The key of the last row that was given, as a text. */
  readonly after: string
}

/** Keys from `from` up to `to`, exclusive, as texts. */
interface KeyRange {
  readonly from: string
  readonly to: string
}

interface Page<Row> {
  readonly rows: Row[]
  readonly last: string | undefined
  readonly isLast: boolean
}

/** Names of the columns that a page has beside those of the query. */
const [KEY_TEXT, IS_TWICE] = ['millrace_key', 'millrace_twice']

/** Reads rows by key. */
export class KeyedQuery<out Row, Connection extends SqlConnection> extends BatchSourceTerm<Row> {
  readonly #dialect: () => KeyedDialect<Connection>
  readonly #spec: QuerySpec & { readonly key: string }
  readonly #places = new WeakMap<readonly unknown[], KeyPlace>()
  readonly #params: string
  readonly #reads = new OpenReads()

  constructor(spec: QuerySpec & { readonly key: string }, dialect: () => KeyedDialect<Connection>) {
    super()
    this.name = spec.owner
    this.#spec = spec
    this.#params = digestOf(spec.params)
    this.#dialect = dialect
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Row[]> {
    return this.#read(ctx, undefined)
  }

  override position(batch: readonly Row[]): KeyPlace | undefined {
    return this.#places.get(batch)
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Row[]> {
    const { sql, params, after } = position as KeyPlace
    if (sql !== this.#spec.sql) {
      throw new BadInputError(`The checkpoint is of another statement of "${this.name}": ${sql}`)
    }
    if (params !== this.#params) {
      throw new BadInputError(
        `The checkpoint is of other parameters of "${this.name}". A run goes on with those that it began with.`,
      )
    }
    return this.#read(ctx, after)
  }

  override exit(ctx: Context<unknown, never>): void {
    this.#reads.end(ctx)
  }

  async *#read(
    ctx: Context<unknown, never>,
    from: string | undefined,
  ): AsyncGenerator<readonly Row[], void, undefined> {
    const { reader, end } = this.#begin(ctx)
    try {
      const info = await this.#describe(reader)
      let after = from
      if (after === undefined) await this.#refuseNulls(reader)
      for (;;) {
        const { rows, last, isLast } = await this.#page(reader, info, { after })
        if (last === undefined) return
        if (last === after) this.#refuseUnordered(last)
        after = last
        this.#places.set(rows, { sql: this.#spec.sql, params: this.#params, after })
        yield rows
        if (isLast) return
      }
    } finally {
      end()
    }
  }

  /** Registered before anything is waited for: a run may be cancelled in its first query, or while the server is away. */
  #begin(ctx: Context<unknown, never>): { reader: Reader<Connection>; end: () => void } {
    const reader = this.#reader(ctx.clock)
    const { over, end } = this.#reads.begin(ctx)
    if (over.aborted) reader.session.end()
    else over.addEventListener('abort', () => reader.session.end(), { once: true })
    return { reader, end }
  }

  #reader(clock: Clock): Reader<Connection> {
    const dialect = this.#dialect()
    return { dialect, session: new Session(dialect, this.#spec.reconnect, clock) }
  }

  async #describe({ dialect, session }: Reader<Connection>): Promise<KeyInfo> {
    const { key, owner, splitKeys } = this.#spec
    const info = await session.do((connection) => dialect.describe(connection, this.#spec))
    const { columns } = info
    if (new Set(columns).size < columns.length) {
      throw new BadInputError(
        `Two columns of the statement of ${owner}() have one name: ${columns.join(', ')}`,
      )
    }
    if (!columns.includes(key)) {
      throw new BadInputError(
        `The key "${key}" of ${owner}() is none of the statement's columns: ${columns.join(', ')}`,
      )
    }
    if (splitKeys !== undefined && !info.isWhole) {
      throw new BadInputError(
        `The key "${key}" of ${owner}() holds no whole numbers, so splitKeys cannot cut it.`,
      )
    }
    return info
  }

  /** The next page would be the same one, for ever. */
  #refuseUnordered(last: string): never {
    const { key, owner } = this.#spec
    throw new BadInputError(
      `The key "${key}" of ${owner}() cannot be gone on behind: the server takes ${last} for smaller than it is. Name another one.`,
    )
  }

  /** No page would have them. */
  async #refuseNulls({ dialect, session }: Reader<Connection>): Promise<void> {
    const { sql, params, key, owner } = this.#spec
    const nulls = `select 1 from (${sql}\n) as q where q.${dialect.name(key)} is null limit 1`
    const { rows } = await session.do((connection) => connection.query(nulls, params))
    if (rows.length > 0)
      throw new BadInputError(`The key "${key}" of ${owner}() is null in a row. Leave such rows out.`)
  }

  /** The rows behind a key, up to `batchItems`; or those of a range. */
  async #page(
    { dialect, session }: Reader<Connection>,
    info: KeyInfo,
    { after, range }: { readonly after?: string | undefined; readonly range?: KeyRange },
  ): Promise<Page<Row>> {
    const { sql, params, key, batchItems, owner } = this.#spec
    const values: unknown[] = [...params]
    const bound = (operator: string, value: string): string => {
      values.push(value)
      return `q.${dialect.name(key)} ${operator} ${info.cast(dialect.placeholder(values.length))}`
    }
    const bounds = [
      ...(after === undefined ? [] : [bound('>', after)]),
      ...(range === undefined ? [] : [bound('>=', range.from), bound('<', range.to)]),
    ]
    const where = bounds.length === 0 ? '' : `where ${bounds.join(' and ')}`
    // one row more than is wanted tells whether the last of the page has a twin that the next one would not have
    const limit = range === undefined ? `limit ${batchItems + 1}` : ''
    const column = `p.${dialect.name(key)}`
    const page = `select q.* from (${sql}\n) as q ${where} order by q.${dialect.name(key)} ${limit}`
    const twin = `lead(${column}) over (order by ${column})`
    const text = `select p.*, ${info.text(column)} as ${KEY_TEXT}, case when ${column} = ${twin} then 1 else 0 end as ${IS_TWICE}
      from (${page}) as p order by ${column}`
    const { rows, columns } = await session.do((connection) => connection.query(text, values))
    const given = range === undefined ? rows.slice(0, batchItems) : rows
    const width = columns.length - 2
    const twice = given.find((row) => Number(row[width + 1]) === 1)
    if (twice !== undefined) {
      throw new BadInputError(
        `The key "${key}" of ${owner}() is not unique: two rows have ${String(twice[width])}.`,
      )
    }
    return {
      rows: given.map((row) => recordOf(columns, row, width) as Row),
      last: given.at(-1)?.[width] as string | undefined,
      isLast: rows.length === given.length,
    }
  }

  override splits(_request: SplitRequest): AsyncIterable<KeyRange> | undefined {
    const { splitKeys } = this.#spec
    return splitKeys === undefined ? undefined : this.#ranges(BigInt(splitKeys))
  }

  async *#ranges(width: bigint): AsyncGenerator<KeyRange, void, undefined> {
    const reader = this.#reader(systemClock)
    const { dialect, session } = reader
    try {
      const info = await this.#describe(reader)
      await this.#refuseNulls(reader)
      const { sql, params, key } = this.#spec
      const column = `q.${dialect.name(key)}`
      const ends = `select ${info.text(`min(${column})`)}, ${info.text(`max(${column})`)} from (${sql}\n) as q`
      const { rows } = await session.do((connection) => connection.query(ends, params))
      const [least, most] = rows[0] as [string | null, string | null]
      if (least === null || most === null) return
      this.#refuseTooMany((BigInt(most) - BigInt(least)) / width + 1n)
      for (let from = BigInt(least); from <= BigInt(most); from += width) {
        const end = from + width
        // a range that ends behind the greatest key may be none of the key's type
        const to = end > BigInt(most) ? BigInt(most) + 1n : end
        yield { from: String(from), to: String(to) }
      }
    } finally {
      session.end()
    }
  }

  #refuseTooMany(ranges: bigint): void {
    if (ranges <= MAX_RANGES) return
    const { key, owner, splitKeys } = this.#spec
    throw new BadInputError(
      `splitKeys: ${splitKeys} would cut the key "${key}" of ${owner}() into ${ranges} ranges, each with a connection of its ` +
        `own. At most ${MAX_RANGES} are read: make splitKeys larger, or leave it out where the keys lie far apart.`,
    )
  }

  override async openSplit(split: unknown, ctx: Context<unknown, never>): Promise<readonly Row[]> {
    const { reader, end } = this.#begin(ctx)
    try {
      const info = await this.#describe(reader)
      return (await this.#page(reader, info, { range: split as KeyRange })).rows
    } finally {
      end()
    }
  }
}

interface Reader<Connection extends SqlConnection> {
  readonly dialect: KeyedDialect<Connection>
  readonly session: Session<Connection>
}

/** Parameters may be large, or secret: a checkpoint tells them apart only. */
function digestOf(params: readonly unknown[]): string {
  const hash = createHash('sha256')
  try {
    return hash.update(serialize(params)).digest('hex')
  } catch {
    // one with methods, which the client knows what to make of
    return hash.update(inspect(params)).digest('hex')
  }
}

/** A row as a record of its first `width` columns; a column may have any name. */
export function recordOf(
  columns: readonly string[],
  row: SqlRow,
  width = columns.length,
): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (let at = 0; at < width; at++) define(record, columns[at] as string, row[at])
  return record
}
