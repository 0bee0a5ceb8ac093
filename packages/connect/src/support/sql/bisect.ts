/**
 * `bisect`: writes rows within a transaction; where the server refuses them, half by half, down to the rows that are to blame.
 * Called by `TableWriter`.
 */

import type { SqlConnection, SqlDialect } from './dialect.ts'

/** Rows by their numbers, and how they are written. */
export interface BisectedRows {
  /** Number of the first. */
  readonly from: number
  /** One more than the number of the last. */
  readonly to: number
  /** Writes those from `from` up to `to`. */
  write(from: number, to: number): Promise<void>
  /** A row alone was refused: throws, if the run is to fail with it. */
  refuse(at: number, error: unknown): Promise<void>
}

/** Writes all that the server takes, in their order. */
export async function bisect(
  dialect: SqlDialect,
  connection: SqlConnection,
  rows: BisectedRows,
): Promise<void> {
  const { from, to } = rows
  if (from >= to) return
  await connection.query('savepoint millrace_rows')
  try {
    await rows.write(from, to)
    await connection.query('release savepoint millrace_rows')
    return
  } catch (error) {
    const verdict = dialect.verdictOn(error)
    if (verdict !== 'row' && verdict !== 'twice') throw error
    await connection.query('rollback to savepoint millrace_rows')
    // rolled back it still stands: left there, each refused row would be one more level within the next
    await connection.query('release savepoint millrace_rows')
    if (to - from === 1) return await rows.refuse(from, error)
  }
  const half = from + Math.ceil((to - from) / 2)
  await bisect(dialect, connection, { ...rows, to: half })
  await bisect(dialect, connection, { ...rows, from: half })
}
