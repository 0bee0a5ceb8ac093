/** `CursorQuery`: the rows of a statement in its own order, by a cursor in one transaction. Made by `query`. */

import { BadInputError, BatchSourceTerm, type Context } from '@millrace/core'
import { onAbort } from '@millrace/core/engine'
import type { ClientConfig } from 'pg'
import { ConnectionLostError } from '../errors.ts'
import { Retries } from '../support/reconnect.ts'
import { type QuerySpec, recordOf } from '../support/sql/keyed-query.ts'
import { explain, PostgresSession, serverName, verdictOn } from './connection.ts'

/** Reads rows by a cursor. */
export class CursorQuery<out Row> extends BatchSourceTerm<Row> {
  readonly #spec: QuerySpec
  readonly #config: ClientConfig
  /** How to let go of what each run has open. */
  readonly #ends = new WeakMap<object, () => void>()

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
    this.#ends.get(ctx)?.()
  }

  override async *batches(ctx: Context<unknown, never>): AsyncGenerator<readonly Row[], void, undefined> {
    const server = serverName(this.#config)
    const explained = (error: unknown) =>
      verdictOn(error) === 'passing' ? undefined : explain(error, server)
    const retries = new Retries(server, this.#spec.reconnect, ctx.clock, explained)
    let session: PostgresSession | undefined
    let given = 0
    let isOver = false
    const end = (): void => {
      isOver = true
      retries.end()
      session?.close()
    }
    this.#ends.set(ctx, end)
    const stopListening = onAbort(ctx.signal, end)
    try {
      let [rows, open] = await retries.call(
        () => this.#begin(),
        () => isOver,
      )
      session = open
      while (rows.length > 0) {
        given += rows.length
        yield rows
        rows = await this.#fetch(open)
      }
    } catch (error) {
      if (given === 0) throw error
      const cut = `its connection was cut behind ${given} rows, and a statement without a key cannot be gone on with`
      throw (
        explained(error) ??
        new ConnectionLostError(server, 1, new Error(`${cut}: name one, { key: "id" }`, { cause: error }))
      )
    } finally {
      stopListening()
      session?.close()
    }
  }

  async #begin(): Promise<[Row[], PostgresSession]> {
    const session = await PostgresSession.open(this.#config)
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
