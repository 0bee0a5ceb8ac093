/** `TableSink`: the sink of rows of any SQL server. Made by the systems' `insert`, `upsert` and `copyInto`. */

import { type Context, SinkTerm } from '@millrace/core'
import { onAbort } from '@millrace/core/engine'
import type { SqlConnection, SqlDialect } from './dialect.ts'
import type { SinkPosition } from './sink-state.ts'
import type { TableSpec } from './table-spec.ts'
import { type TableSinkResult, TableWriter } from './table-writer.ts'

/** Writes rows, exactly once where checkpoints are taken. */
export class TableSink<in out Row, Connection extends SqlConnection> extends SinkTerm<Row, TableSinkResult> {
  readonly #dialect: () => SqlDialect<Connection>
  readonly #spec: TableSpec<Row>
  readonly #writers = new WeakMap<object, TableWriter<Row, Connection>>()

  constructor(spec: TableSpec<Row>, dialect: () => SqlDialect<Connection>) {
    super()
    this.name = spec.owner
    this.#spec = spec
    this.#dialect = dialect
  }

  async #open(ctx: Context<unknown, never>, from?: SinkPosition): Promise<void> {
    const writer = new TableWriter(this.#dialect(), this.#spec, ctx, from)
    this.#writers.set(ctx, writer)
    // a run may be cancelled while the server is away, before there is anything to exit from
    const stopListening = onAbort(ctx.signal, () => void writer.end())
    try {
      await writer.open(from)
    } finally {
      stopListening()
    }
  }

  #writer(ctx: object): TableWriter<Row, Connection> {
    return this.#writers.get(ctx) as TableWriter<Row, Connection>
  }

  override enter(ctx: Context<unknown, never>): Promise<void> {
    return this.#open(ctx)
  }

  override seek(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    return this.#open(ctx, position as SinkPosition)
  }

  override write(row: Row, ctx: Context<unknown, never>): void | Promise<void> {
    return this.#writer(ctx).add(row)
  }

  override position(ctx: Context<unknown, never>): SinkPosition {
    return this.#writer(ctx).position()
  }

  override flush(ctx: Context<unknown, never>): Promise<void> {
    return this.#writer(ctx).flush()
  }

  override acknowledge(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    return this.#writer(ctx).acknowledge(position as SinkPosition)
  }

  override result(ctx: Context<unknown, never>): Promise<TableSinkResult> {
    return this.#writer(ctx).result()
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#writers.get(ctx)?.end()
  }
}
