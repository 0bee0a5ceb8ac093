// Goal: source and sink give the same under every strategy; ranges of keys are read by workers.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { answers, services } from '../../test/service.ts'

const CLI = fileURLToPath(new URL('../../../millrace/dist/cli.js', import.meta.url))
const { port, user } = postgresAt(services.postgres.port)

async function runModule(
  name: string,
  strategy: string,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const module = fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url))
  const given = Object.entries({ port, user, ...params }).flatMap(([key, value]) => [
    '--param',
    `${key}=${value}`,
  ])
  await promisify(execFile)(process.execPath, [
    CLI,
    'run',
    module,
    ...given,
    '--strategy',
    strategy,
    '--workers',
    '2',
  ])
}

describe.skipIf(!(await answers(services.postgres)))('PostgreSQL under', () => {
  for (const strategy of ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']) {
    for (const split of [0, 64]) {
      test(`${strategy}: the source, ${split === 0 ? 'read by one' : 'in ranges'}`, async () => {
        const client = await postgresClient()
        const table = await postgresTable(client, 'id int primary key, n int')
        await client.query(`insert into "${table}" select n, n from generate_series(0, 499) as n`)
        const folder = mkdtempSync(join(tmpdir(), 'millrace-connect-'))
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
        const out = join(folder, 'numbers.txt')
        await runModule('numbers-from-postgres.ts', strategy, { table, out, split })
        const numbers = readFileSync(out, 'utf8').trim().split('\n').map(Number)
        expect(numbers).toEqual(Array.from({ length: 500 }, (_, n) => n))
      })
    }

    test(`${strategy}: the sink`, async () => {
      const client = await postgresClient()
      const table = await postgresTable(client, 'at serial, n int')
      await runModule('numbers-to-postgres.ts', strategy, { table, count: 500 })
      const { rows } = await client.query<{ n: number }>(`select n from "${table}" order by at`)
      expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
    })
  }
})
