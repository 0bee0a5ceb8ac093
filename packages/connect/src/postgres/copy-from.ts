/** `copyFrom`: the rows of a statement, by COPY. */

import { once } from 'node:events'
import { BadInputError, BatchSourceTerm, type Context, InvalidOptionError } from '@millrace/core'
import { checkOptions, checkWhole } from '@millrace/core/engine'
import type { ClientConfig } from 'pg'
import { ConnectionLostError } from '../errors.ts'
import { loadClient } from '../support/load-client.ts'
import { recordOf } from '../support/sql/keyed-query.ts'
import { OpenReads } from '../support/sql/open-reads.ts'
import {
  clientConfigOf,
  explain,
  type PostgresConnection,
  PostgresSession,
  serverName,
  verdictOn,
} from './connection.ts'
import { textParsers } from './values.ts'

/** Options of {@link copyFrom}. */
export interface CopyFromOptions {
  /** The server. Default: what the environment says, `PGHOST` and its kin. */
  readonly connection?: PostgresConnection
  /** Rows in one batch at most. Default 1,000. */
  readonly batchItems?: number
}

const DEFAULT_BATCH_ITEMS = 1000

/**
 * The rows of a statement, as records, by `COPY … TO STDOUT`: the fastest way to read a whole table. *Each row once* in a run
 * that completes; a connection that is cut fails the run, and checkpoints are refused. {@link query} with a key can go on.
 *
 * The values are those of {@link query}. The statement has no parameters: COPY knows none. While nothing takes rows, the server
 * is held back. Needs the package `pg-copy-streams`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `ConnectionDeniedError` for a statement
 * that the server refuses.
 * @example
 * ```ts needs=postgres
 * import { copyFrom } from 'millrace/connect/postgres'
 * import { toArray } from 'millrace/terms'
 *
 * const rows = copyFrom<{ n: number }>('select n from generate_series(1, 3) as n')
 * console.log(await toArray(rows)) // [ { n: 1 }, { n: 2 }, { n: 3 } ]
 * ```
 */
export function copyFrom<Row = Record<string, unknown>>(
  sql: string,
  options: CopyFromOptions = {},
): BatchSourceTerm<Row> {
  checkOptions('copyFrom', options, { connection: true, batchItems: true })
  const { batchItems = DEFAULT_BATCH_ITEMS } = options
  checkWhole('batchItems of copyFrom()', batchItems, 1)
  if (typeof sql !== 'string' || sql.trim() === '') {
    throw new InvalidOptionError('The statement of copyFrom()', sql, 'a text: "select …"')
  }
  const config = clientConfigOf('copyFrom', options.connection)
  return new CopyFrom<Row>(sql.trim().replace(/;$/, ''), batchItems, config)
}

class CopyFrom<out Row> extends BatchSourceTerm<Row> {
  override name = 'copyFrom'
  readonly #sql: string
  readonly #batchItems: number
  readonly #config: ClientConfig
  readonly #reads = new OpenReads()

  constructor(sql: string, batchItems: number, config: ClientConfig) {
    super()
    this.#sql = sql
    this.#batchItems = batchItems
    this.#config = config
  }

  override whyNotResumable(): string {
    return 'reads by COPY, which cannot be begun in the middle. Use query() with a key.'
  }

  override exit(ctx: Context<unknown, never>): void {
    this.#reads.end(ctx)
  }

  override async *batches(ctx: Context<unknown, never>): AsyncGenerator<readonly Row[], void, undefined> {
    const { over, end } = this.#reads.begin(ctx)
    try {
      yield* this.#rows(await PostgresSession.open(this.#config, over))
    } catch (error) {
      const server = serverName(this.#config)
      throw verdictOn(error) === 'passing'
        ? new ConnectionLostError(server, 1, error)
        : explain(error, server)
    } finally {
      end()
    }
  }

  async *#rows({ client }: PostgresSession): AsyncGenerator<Row[], void, undefined> {
    const { default: pg } = await loadClient('postgres', 'pg', () => import('pg'))
    const { to } = await loadClient('postgres', 'pg-copy-streams', () => import('pg-copy-streams'))
    const parserOf = textParsers(pg.types)
    const { fields } = await client.query(`select * from (${this.#sql}\n) as q limit 0`)
    const columns = fields.map(({ name }) => name)
    if (new Set(columns).size < columns.length) {
      throw new BadInputError(
        `Two columns of the statement of copyFrom() have one name: ${columns.join(', ')}`,
      )
    }
    const parsers = fields.map(({ dataTypeID }) => parserOf(dataTypeID, 'text'))
    const stream = client.query(to(`copy (${this.#sql}\n) to stdout`))
    const parsed = (field: string, at: number): unknown => {
      const text = fieldText(field)
      return text === null ? null : parsers[at]?.(text)
    }
    let rows: Row[] = []
    for await (const line of linesOf(stream)) {
      rows.push(recordOf(columns, columns.length === 0 ? [] : line.split('\t').map(parsed)) as Row)
      if (rows.length < this.#batchItems) continue
      yield rows
      rows = []
    }
    if (rows.length > 0) yield rows
    if (!stream.closed) await once(stream, 'close')
  }
}

/** Lines end with a newline; within a field it is escaped. A character may lie on two chunks, so lines are cut as bytes. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      yield bytes.toString('utf8', from, end)
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
}

const UNESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** A field of COPY's text format. */
function fieldText(field: string): string | null {
  if (field === '\\N') return null
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, c: string) => UNESCAPED[c] ?? c) : field
}
