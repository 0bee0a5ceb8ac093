/** `StreamQuery`: the rows of a statement in its own order, as the server sends them. Made by `query`. */

import { BadInputError, BatchSourceTerm, type Context } from '@millrace/core'
import type { ConnectionOptions, FieldPacket } from 'mysql2/promise'
import { ConnectionLostError } from '../errors.ts'
import type { SqlRow } from '../support/sql/dialect.ts'
import { type QuerySpec, recordOf } from '../support/sql/keyed-query.ts'
import { OpenReads } from '../support/sql/open-reads.ts'
import { explain, MysqlSession, rowFrom, serverName, verdictOn } from './connection.ts'

/** Reads rows as they come. */
export class StreamQuery<out Row> extends BatchSourceTerm<Row> {
  readonly #spec: QuerySpec
  readonly #config: ConnectionOptions
  readonly #reads = new OpenReads()

  constructor(spec: QuerySpec, config: ConnectionOptions) {
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
    const { over, end } = this.#reads.begin(ctx)
    try {
      yield* this.#rows(await MysqlSession.open(this.#config, over))
    } catch (error) {
      const server = serverName(this.#config)
      if (verdictOn(error) !== 'passing') throw explain(error, server)
      const hint = new Error('a statement without a key cannot be gone on with: name one, { key: "id" }', {
        cause: error,
      })
      throw new ConnectionLostError(server, 1, hint)
    } finally {
      end()
    }
  }

  async *#rows({ connection, core }: MysqlSession): AsyncGenerator<Row[], void, undefined> {
    const { sql, params, batchItems, owner } = this.#spec
    await connection.query('start transaction read only')
    const sent = params.length === 0 ? core.query(sql) : core.execute(sql, [...params] as never)
    let fields: readonly FieldPacket[] = []
    sent.on('fields', (found: readonly FieldPacket[]) => {
      fields = found
    })
    const stream = sent.stream({ highWaterMark: batchItems })
    // a connection that is lost tells nobody but itself
    core.once('error', (error: Error) => stream.destroy(error))
    let names: string[] | undefined
    let rows: Row[] = []
    for await (const row of stream) {
      names ??= namesOf(fields, owner)
      rows.push(recordOf(names, rowFrom(row as SqlRow, fields)) as Row)
      if (rows.length < batchItems) continue
      yield rows
      rows = []
    }
    if (rows.length > 0) yield rows
  }
}

function namesOf(fields: readonly FieldPacket[], owner: string): string[] {
  const names = fields.map(({ name }) => name)
  if (new Set(names).size === names.length) return names
  throw new BadInputError(`Two columns of the statement of ${owner}() have one name: ${names.join(', ')}`)
}
