/**
 * `SinkState`: the row of `millrace_sinks` in which a sink keeps how far it is, and the transactions that change it. Called by
 * `TableWriter`.
 *
 * Each attempt at a run calls itself the owner. A transaction of an attempt before, which the server may still be busy with,
 * changes nothing once there is another owner.
 */

import { randomUUID } from 'node:crypto'
import { OtherTableStateError } from '../../errors.ts'
import { type SqlConnection, type SqlDialect, type SqlRow, STATE_TABLE } from './dialect.ts'

/** What a checkpoint holds of a sink. */
export interface SinkPosition {
  /** Which run, over all attempts. */
  readonly run: string
  /** Rows up to this epoch were written before the checkpoint. */
  readonly epoch: number
  /** Number of the last row before it; one more than the row before has. */
  readonly rows: number
}

/** Rows of runs without checkpoints that nobody has changed for so many days are those of dead runs. */
const FORGET_DAYS = 7

/** How the ids of runs without checkpoints begin. */
export const UNSAVED = 'run '

/** How far one sink is. */
export class SinkState {
  readonly run: string
  readonly #dialect: SqlDialect
  readonly #table: string
  readonly #id: string
  readonly #owner = randomUUID()

  /** @param table what messages call what is written to. */
  constructor(dialect: SqlDialect, table: string, id: string, run: string = randomUUID()) {
    this.#dialect = dialect
    this.#table = table
    this.#id = id
    this.run = run
  }

  #sql(text: string): string {
    let at = 0
    return text
      .replace(STATE_TABLE, this.#dialect.table(STATE_TABLE))
      .replaceAll('?', () => this.#dialect.placeholder(++at))
  }

  /** Begins from nothing: what an earlier run has left is forgotten. */
  async begin(connection: SqlConnection): Promise<void> {
    await this.#dialect.createState(connection)
    await this.remove(connection)
    await this.#insert(connection, 0)
  }

  async #insert(connection: SqlConnection, batch: number): Promise<void> {
    await connection.query(
      this.#sql(
        `insert into ${STATE_TABLE} (id, run, owner, applied, moved, batch, touched) values (?, ?, ?, 0, 0, ?, ?)`,
      ),
      [this.#id, this.run, this.#owner, batch, today()],
    )
  }

  /** Forgets what runs without checkpoints have left that died long ago. */
  async forgetDead(connection: SqlConnection): Promise<void> {
    await this.#dialect.createState(connection)
    await connection.query(
      this.#sql(`delete from ${STATE_TABLE} where id like '${UNSAVED}%' and touched < ?`),
      [today() - FORGET_DAYS],
    )
  }

  /**
   * Becomes the owner. Returns up to which epoch rows are in the target.
   *
   * @throws {OtherTableStateError} if that is not what the checkpoint says.
   */
  async takeOver(connection: SqlConnection, { run, epoch }: SinkPosition): Promise<number> {
    await this.#dialect.createState(connection)
    await connection.query(
      this.#sql(`update ${STATE_TABLE} set owner = ?, batch = 0 where id = ? and run = ?`),
      [this.#owner, this.#id, run],
    )
    const row = await this.#read(connection)
    if (row === undefined) throw this.#error(`nothing is known of them (id "${this.#id}").`)
    const [foundRun, , applied] = row
    if (foundRun !== run) {
      throw this.#error(
        `another run has written there since under the id "${this.#id}". Give each graph an id of its own.`,
      )
    }
    if (Number(applied) > epoch) {
      throw this.#error(
        'the checkpoint is an older one, and rows that came after it are in the table already.',
      )
    }
    return Number(applied)
  }

  #error(how: string): OtherTableStateError {
    return new OtherTableStateError(this.#table, how)
  }

  async #read(connection: SqlConnection): Promise<SqlRow | undefined> {
    const { rows } = await connection.query(
      this.#sql(`select run, owner, applied, moved from ${STATE_TABLE} where id = ?`),
      [this.#id],
    )
    return rows[0]
  }

  /** Claims a batch by its number, which begins with 1. Returns false if it has been written before. */
  async claimBatch(connection: SqlConnection, batch: number): Promise<boolean> {
    const { written } = await connection.query(
      this.#sql(`update ${STATE_TABLE} set batch = ?, touched = ? where id = ? and owner = ? and batch = ?`),
      [batch, today(), this.#id, this.#owner, batch - 1],
    )
    if (written > 0 || (await this.#isForgotten(connection))) {
      if (written === 0) await this.#insert(connection, batch)
      return true
    }
    await this.#checkOwner(connection)
    return false
  }

  /** A run without checkpoints has had no rows for long, and another run has taken it for dead. No other has its id. */
  async #isForgotten(connection: SqlConnection): Promise<boolean> {
    return this.#id.startsWith(UNSAVED) && (await this.#read(connection)) === undefined
  }

  /** Claims the move of rows into the target. Returns false if they have been moved before. */
  async claimEpoch(connection: SqlConnection, epoch: number): Promise<boolean> {
    const { written } = await connection.query(
      this.#sql(`update ${STATE_TABLE} set applied = ? where id = ? and owner = ? and applied < ?`),
      [epoch, this.#id, this.#owner, epoch],
    )
    if (written > 0) return true
    await this.#checkOwner(connection)
    return false
  }

  /** Adds to the number of rows that are in the target; part of the transaction that moves them. */
  async addMoved(connection: SqlConnection, rows: number): Promise<void> {
    await connection.query(this.#sql(`update ${STATE_TABLE} set moved = moved + ? where id = ?`), [
      rows,
      this.#id,
    ])
  }

  /** How many rows are in the target, over all attempts. */
  async moved(connection: SqlConnection): Promise<number> {
    return Number((await this.#read(connection))?.[3] ?? 0)
  }

  async #checkOwner(connection: SqlConnection): Promise<void> {
    const row = await this.#read(connection)
    if (row?.[1] !== this.#owner)
      throw this.#error('another run has taken them over while this one was at work.')
  }

  async remove(connection: SqlConnection): Promise<void> {
    await connection.query(this.#sql(`delete from ${STATE_TABLE} where id = ?`), [this.#id])
  }
}

/** Days since the epoch: clocks that differ by hours make no difference. */
function today(): number {
  return Math.floor(Date.now() / 86_400_000)
}
