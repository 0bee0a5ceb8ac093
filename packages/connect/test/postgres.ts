/** What tests of PostgreSQL use: a client of their own, and tables that are removed when the test is over. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { services } from './service.ts'
import { stageOf } from './stage-of.ts'

const USER = process.env['MILLRACE_POSTGRES_USER'] ?? 'postgres'

/** Where the tests' database is, through this port of loopback. */
export function postgresAt(port: number): { host: string; port: number; user: string; database: string } {
  return { host: '127.0.0.1', port, user: USER, database: 'test' }
}

/** A client of the test's own, directly to the server. */
export async function postgresClient(): Promise<pg.Client> {
  const client = new pg.Client(postgresAt(services.postgres.port))
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** A table of the test's own with these columns. */
export async function postgresTable(client: pg.Client, columns: string): Promise<string> {
  const table = `millrace test ${randomBytes(5).toString('hex')}`
  await client.query(`create table "${table}" (${columns})`)
  onTestFinished(async () => {
    await client.query(`drop table if exists "${table}"`)
    // a run that failed leaves its stage for the one that would go on
    const forget = 'delete from millrace_sinks where id like $1 returning id'
    const left = await client.query<{ id: string }>(forget, [`sink ${table}%`]).catch(() => undefined)
    for (const { id } of left?.rows ?? []) await client.query(`drop table if exists "${stageOf(id)}"`)
  })
  return table
}
