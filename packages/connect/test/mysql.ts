/** What tests of MariaDB use: a client of their own, and tables that are removed when the test is over. */

import { randomBytes } from 'node:crypto'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import { services } from './service.ts'
import { stageOf } from './stage-of.ts'

const USER = process.env['MILLRACE_MYSQL_USER'] ?? 'root'

/** Where the tests' database is, through this port of loopback. */
export function mysqlAt(port: number): { host: string; port: number; user: string; database: string } {
  return { host: '127.0.0.1', port, user: USER, database: 'test' }
}

/** A client of the test's own, directly to the server. */
export async function mysqlClient(): Promise<Connection> {
  const client = await createConnection(mysqlAt(services.mysql.port))
  onTestFinished(() => client.end())
  return client
}

/** A table of the test's own with these columns. */
export async function mysqlTable(client: Connection, columns: string): Promise<string> {
  const table = `millrace test ${randomBytes(5).toString('hex')}`
  await client.query(`create table \`${table}\` (${columns})`)
  onTestFinished(async () => {
    await client.query(`drop table if exists \`${table}\``)
    // a run that failed leaves its stage for the one that would go on
    const like = [`sink ${table}%`]
    const [left] = await client
      .query<RowDataPacket[]>('select id from millrace_sinks where id like ?', like)
      .catch((): [RowDataPacket[]] => [[]])
    for (const { id } of left) await client.query(`drop table if exists ${stageOf(id as string)}`)
    if (left.length > 0) await client.query('delete from millrace_sinks where id like ?', like)
  })
  return table
}
