// Goal: under pool, after kill -9 at random moments, a table is what it is after a run that nobody disturbs.
// MILLRACE_KILLS=50 makes it as many as the claim in docs/connect/postgres.md.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { KILLS, runKilled } from '../../test/killed.ts'
import { postgresAt, postgresClient, postgresTable } from '../../test/postgres.ts'
import { answers, services } from '../../test/service.ts'

const ITEMS = 700 * KILLS
const KEYS = 97

const isThere = await answers(services.postgres)

test.skipIf(!isThere)(
  `upsert: ${KILLS} kill -9 under pool, and the table is that of an undisturbed run`,
  async () => {
    const client = await postgresClient()
    const folder = mkdtempSync(join(tmpdir(), 'millrace-connect-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const rowsAfter = async (kills: number, seed: number): Promise<unknown[]> => {
      const table = await postgresTable(client, 'k int primary key, n int, text text')
      const { port, user } = postgresAt(services.postgres.port)
      await runKilled({
        module: fileURLToPath(new URL('../../test/fixtures/numbers-to-postgres.ts', import.meta.url)),
        params: { table, port, user, count: ITEMS, keys: KEYS, how: 'upsert' },
        checkpoints: join(folder, `${kills} kills`),
        kills,
        seed,
        args: ['--strategy', 'pool', '--workers', '2'],
      })
      const { rows } = await client.query(`select k, n, text from "${table}" order by k`)
      const stages = await client.query('select 1 from millrace_sinks where id like $1 and applied > 0', [
        `sink ${table}%`,
      ])
      expect(stages.rowCount).toBe(1)
      return rows
    }
    const undisturbed = await rowsAfter(0, 0)
    expect(undisturbed.length).toBe(KEYS)
    expect(await rowsAfter(KILLS, 3)).toEqual(undisturbed)
  },
)
