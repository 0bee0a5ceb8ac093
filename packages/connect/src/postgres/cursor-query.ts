/** `CursorQuery`: the rows of a statement in its own order, by a cursor in one transaction. Made by `query`. */

import { BadInputError, BatchSourceTerm, type Context } from '@millrace/core'
import type { ClientConfig } from 'pg'
import { ConnectionLostError } from '../errors.ts'
import { Retries } from '../support/reconnect.ts'
import { type QuerySpec, recordOf } from '../support/sql/keyed-query.ts'
import { OpenReads } from '../support/sql/open-reads.ts'
import { explain, PostgresSession, serverName, verdictOn } from './connection.ts'

/** Reads rows by a cursor. */
export class CursorQuery<out Row> extends BatchSourceTerm<Row> {
  readonly #spec: QuerySpec
  readonly #config: ClientConfig
  readonly #reads = new OpenReads()

  constructor(spec: QuerySpec, config: ClientConfig) {
    super()
    this.name = spec.owner
    this.#spec = spec
    this.#config = config
  }

  override whyNotResumable(): string {
    return 'reads a statement without a key, so it cannot be begun in the middle. Name a unique column: { key: "id" }.'
  }

  override exit(ctx: Context<unknown, never>): void {
    this.#reads.end(ctx)
  }

  override async *batches(ctx: Context<unknown, never>): AsyncGenerator<readonly Row[], void, undefined> {
    const server = serverName(this.#config)
    const explained = (error: unknown) =>
      verdictOn(error) === 'passing' ? undefined : explain(error, server)
    const retries = new Retries(server, this.#spec.reconnect, ctx.clock, explained)
    let given = 0
    const { over, end } = this.#reads.begin(ctx)
    over.addEventListener('abort', () => retries.end(), { once: true })
    try {
      let [rows, session] = await retries.call(
        () => this.#begin(over),
        () => over.aborted,
      )
      while (rows.length > 0) {
        given += rows.length
        yield rows
        rows = await this.#fetch(session)
      }
    } catch (error) {
      if (given === 0) throw error
      const cut = `its connection was cut behind ${given} rows, and a statement without a key cannot be gone on with`
      throw (
        explained(error) ??
        new ConnectionLostError(server, 1, new Error(`${cut}: name one, { key: "id" }`, { cause: error }))
      )
    } finally {
      end()
    }
  }

  async #begin(over: AbortSignal): Promise<[Row[], PostgresSession]> {
    const session = await PostgresSession.open(this.#config, over)
    try {
      await session.query('begin transaction isolation level repeatable read read only')
      const { sql, params } = this.#spec
      await session.query(`declare millrace_rows no scroll cursor for ${sql}`, params)
      return [await this.#fetch(session), session]
    } catch (error) {
      session.close()
      throw error
    }
  }

  async #fetch(session: PostgresSession): Promise<Row[]> {
    const { batchItems, owner } = this.#spec
    const { columns, rows } = await session.query(`fetch ${batchItems} from millrace_rows`)
    if (new Set(columns).size < columns.length) {
      throw new BadInputError(
        `Two columns of the statement of ${owner}() have one name: ${columns.join(', ')}`,
      )
    }
    return rows.map((row) => recordOf(columns, row) as Row)
  }
}
