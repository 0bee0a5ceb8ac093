/**
 * `TableWriter`: writes the rows of one sink in one run. Made by `TableSink`.
 *
 * Without checkpoints a batch goes straight into the table. With checkpoints it goes into a table beside it, the stage, with
 * the epoch that it belongs to: a checkpoint ends an epoch. Once the checkpoint is stored, the rows of its epoch are moved.
 * The number of the batch, or of the epoch, is changed in the same transaction as the rows, so each is done once, however
 * often it is tried.
 */

import { createHash, randomUUID } from 'node:crypto'
import type { Context } from '@millrace/core'
import { OtherTableStateError, RowRefusedError } from '../../errors.ts'
import { Batcher } from '../batcher.ts'
import { bisect } from './bisect.ts'
import {
  EPOCH,
  ROW,
  type RowsInto,
  type SqlColumn,
  type SqlConnection,
  type SqlDialect,
  type SqlRow,
  STAGE_COLUMNS,
  STATE_TABLE,
} from './dialect.ts'
import { CallbackError, Session } from './session.ts'
import { type SinkPosition, SinkState, UNSAVED } from './sink-state.ts'
import { columnsFor, encodeRow, type TableSpec } from './table-spec.ts'

/** What a sink of rows has done. */
export interface TableSinkResult {
  /**
   * Rows that the table has taken, those of attempts before included: inserted, updated, or left out because their key was
   * there (`onConflict: 'skip'`). So it may be more than there are rows in the table.
   */
  readonly rows: number
  /** Rows that the database has refused in this attempt, and that `onRefused` was told of. */
  readonly refused: number
}

/** A row that was taken, and what is sent for it. */
interface PendingRow<Row> {
  readonly row: Row
  readonly values: SqlRow
}

type SinkContext = Pick<Context<unknown, never>, 'id' | 'clock' | 'isSaved'>

/** One sink in one run. */
export class TableWriter<Row, Connection extends SqlConnection> {
  readonly #dialect: SqlDialect<Connection>
  readonly #spec: TableSpec<Row>
  readonly #isSaved: boolean
  readonly #id: string
  readonly #session: Session<Connection>
  readonly #batcher: Batcher<PendingRow<Row>>
  readonly #state: SinkState
  #columns: readonly SqlColumn[] = []
  /** Rows that come now belong to it. */
  #epoch = 1
  /** Batches written. */
  #batch = 0
  /** Rows taken, over all attempts: the number of the last one. */
  #rows: number
  /** …and up to the end of the epoch before. */
  #endedRows: number
  #refused = 0

  constructor(
    dialect: SqlDialect<Connection>,
    spec: TableSpec<Row>,
    { id, clock, isSaved }: SinkContext,
    from?: SinkPosition,
  ) {
    this.#dialect = dialect
    this.#spec = spec
    this.#isSaved = isSaved
    const name = spec.id ?? `${spec.table} ${id}`
    const what = `The sink "${name}" of the table ${spec.table}`
    const lock = { name: `${dialect.table(STATE_TABLE)} ${name}`, what, waitMs: spec.lockWaitMs }
    this.#session = new Session(dialect, spec.reconnect, clock, isSaved ? lock : undefined)
    this.#batcher = new Batcher(spec.batching, clock, (batch) => this.#write(batch))
    const run = from?.run ?? randomUUID()
    // runs without checkpoints may write side by side: each has a row of its own
    this.#id = isSaved ? `sink ${name}` : `${UNSAVED}${run}`
    this.#state = new SinkState(dialect, spec.table, this.#id, run)
    this.#rows = from?.rows ?? 0
    this.#endedRows = this.#rows
    this.#epoch = (from?.epoch ?? 0) + 1
  }

  /** Looks at the table, and takes up what a run before has left, or clears it away. */
  async open(from: SinkPosition | undefined): Promise<void> {
    await this.#session.do(async (connection) => {
      const known = await this.#dialect.columnsOf(connection, this.#spec.table)
      this.#columns = columnsFor(this.#spec, known, this.#dialect.server)
      await this.#dialect.checkTarget?.(connection, this.#spec.table, this.#target)
    })
    if (!this.#isSaved) {
      await this.#session.do((connection) => this.#state.forgetDead(connection))
      await this.#session.transact((connection) => this.#state.begin(connection))
    } else if (from === undefined) await this.#session.do((connection) => this.#beginStage(connection))
    else await this.#resume(from)
  }

  async #beginStage(connection: Connection): Promise<void> {
    await this.#state.begin(connection)
    await connection.query(`drop table if exists ${this.#stage}`)
    await this.#dialect.createStage(connection, this.#stage, this.#target)
  }

  async #resume(from: SinkPosition): Promise<void> {
    const { epoch } = from
    await this.#session.do(async (connection) => {
      const applied = await this.#state.takeOver(connection, from)
      const columns = await this.#dialect.columnsOf(connection, this.#stageName)
      if (columns.length === 0 && applied < epoch) {
        throw new OtherTableStateError(
          this.#spec.table,
          `the table ${this.#stageName} with their rows is gone.`,
        )
      }
      if (columns.length === 0) await this.#dialect.createStage(connection, this.#stage, this.#target)
      await connection.query(`delete from ${this.#stage} where ${EPOCH} > ${this.#dialect.placeholder(1)}`, [
        epoch,
      ])
    })
    await this.#move(epoch)
  }

  get #stageName(): string {
    return `millrace_stage_${createHash('sha256').update(this.#id).digest('hex').slice(0, 16)}`
  }

  get #stage(): string {
    return this.#dialect.table(this.#stageName)
  }

  get #target(): RowsInto {
    const { table, conflict } = this.#spec
    return { table: this.#dialect.table(table), columns: this.#columns, conflict }
  }

  get #into(): RowsInto {
    if (!this.#isSaved) return this.#target
    const columns = [...STAGE_COLUMNS, ...this.#columns]
    return { table: this.#stage, columns, conflict: { kind: 'fail' } }
  }

  /** Takes a row; a promise if the sink is to wait. @throws {RowRefusedError} if it cannot be sent. */
  add(row: Row): void | Promise<void> {
    const values = encodeRow(this.#dialect, this.#spec, this.#columns, row)
    this.#rows++
    return this.#batcher.add({ row, values: this.#isSaved ? [this.#epoch, this.#rows, ...values] : values })
  }

  async #write(batch: readonly PendingRow<Row>[]): Promise<void> {
    const number = this.#batch + 1
    let refused = 0
    await this.#session.transact(async (connection) => {
      if (!(await this.#state.claimBatch(connection, number))) return
      refused = 0
      await bisect(this.#dialect, connection, {
        from: 0,
        to: batch.length,
        write: (from, to) => {
          const values = batch.slice(from, to).map((each) => each.values)
          return this.#dialect.insert(connection, this.#into, values)
        },
        refuse: async (at, error) => {
          this.#refuse((batch[at] as PendingRow<Row>).row, error)
          refused++
        },
      })
    })
    this.#batch = number
    this.#refused += refused
  }

  #refuse(row: Row, error: unknown): void {
    const { column, cause } = this.#dialect.refusal(error)
    const refused = new RowRefusedError(this.#spec.table, column, row, cause)
    if (this.#spec.onRefused === undefined) throw refused
    try {
      this.#spec.onRefused(row, refused)
    } catch (error) {
      throw new CallbackError(error)
    }
  }

  /**
   * Ends the epoch, if it has rows: those that come from now on are of the next one. An epoch without rows would have nothing
   * in the stage to show for it, where the stage is gone already.
   */
  position(): SinkPosition {
    if (this.#hasRows) {
      this.#endedRows = this.#rows
      this.#epoch++
    }
    return { run: this.#state.run, epoch: this.#epoch - 1, rows: this.#rows }
  }

  /** Rows have come since the last position. */
  get #hasRows(): boolean {
    return this.#rows > this.#endedRows
  }

  flush(): Promise<void> {
    return this.#batcher.flush()
  }

  acknowledge({ epoch }: SinkPosition): Promise<void> {
    return this.#move(epoch)
  }

  /** Moves the rows of all epochs up to this one into the table. */
  async #move(epoch: number): Promise<void> {
    let refused = 0
    await this.#session.transact(async (connection) => {
      if (!(await this.#state.claimEpoch(connection, epoch))) return
      refused = 0
      const upTo = `from ${this.#stage} where ${EPOCH} <= ${this.#dialect.placeholder(1)}`
      const { rows } = await connection.query(`select min(${ROW}), max(${ROW}), count(*) ${upTo}`, [epoch])
      const [from, last, count] = (rows[0] as SqlRow).map(Number) as [number, number, number]
      if (count === 0) return
      const sql = this.#dialect.moveSql(this.#stage, this.#target)
      await bisect(this.#dialect, connection, {
        from,
        to: last + 1,
        write: async (from, to) => void (await connection.query(sql, [epoch, from, to])),
        refuse: async (at, error) => {
          const row = await this.#staged(connection, at)
          if (row === undefined) return
          this.#refuse(row, error)
          refused++
        },
      })
      await connection.query(`delete ${upTo}`, [epoch])
      await this.#state.addMoved(connection, count - refused)
    })
    this.#refused += refused
  }

  /** The row with this number, as the server has it. */
  async #staged(connection: SqlConnection, at: number): Promise<Row | undefined> {
    const names = this.#columns.map(({ name }) => this.#dialect.name(name)).join(', ')
    const { columns, rows } = await connection.query(
      `select ${names} from ${this.#stage} where ${ROW} = ${this.#dialect.placeholder(1)}`,
      [at],
    )
    const [row] = rows
    return row && (Object.fromEntries(columns.map((name, i) => [name, row[i]])) as Row)
  }

  /** All that is to be in the table is there. Of a run that is to be gone on with, rows stay behind in the stage. */
  async result(): Promise<TableSinkResult> {
    await this.flush()
    const rows = await this.#session.do(async (connection) => {
      if (this.#isSaved) return this.#settle(connection)
      await this.#state.remove(connection)
      return this.#rows - this.#refused
    })
    return { rows, refused: this.#refused }
  }

  async #settle(connection: Connection): Promise<number> {
    const moved = await this.#state.moved(connection)
    const { rows } = await connection.query(`select 1 from ${this.#stage} limit 1`)
    // rows that were refused leave the stage empty, too, but their epoch is still to be named
    if (rows.length === 0 && !this.#hasRows) await connection.query(`drop table if exists ${this.#stage}`)
    return moved
  }

  async end(): Promise<void> {
    this.#session.end()
    await this.#batcher.end()
  }
}
