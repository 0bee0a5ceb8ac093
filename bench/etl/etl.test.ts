// Goal: at a small size strategies and scripts by hand give the answer that the makers know; a wrong answer
// is seen; a contender that cannot be had says so in its rows.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainUrl, writePlainJavaScript } from '../harness/plain-javascript.ts'
import { withoutAbsent } from '../harness/run-suite.ts'
import { differenceOf } from './answers.ts'
import { madeFor } from './made-files.ts'
import { isInstalled } from './peers.ts'
import { startProgram } from './start-program.ts'
import { suite } from './suite.ts'

const ITEMS = 5_000
const folder = mkdtempSync(join(tmpdir(), 'millrace-etl-test-'))

beforeAll(() => writePlainJavaScript(['harness', 'shared', 'etl']))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const programs: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  inline: ['strategy-program', 'inline'],
  dedicated: ['strategy-program', 'dedicated'],
  pool: ['strategy-program', 'pool'],
  'work-stealing': ['strategy-program', 'work-stealing'],
  hybrid: ['strategy-program', 'hybrid'],
  hand: ['hand-program'],
  'hand-two-workers': ['hand-two-workers-program'],
  duckdb: ['duckdb-program'],
  'csv-parse': ['csv-parse-program'],
  udsv: ['udsv-program'],
}

/** Run for `logs` alone: a process each, and the suite itself compares the answers of all. */
const onlyForLogs = ['dedicated', 'hybrid', 'hand']

test.concurrent.each(suite.workloads)(
  'all give one answer to $name',
  async ({ name: workload }) => {
    const { input, table, expected } = await madeFor(workload, ITEMS)
    const wrong: Record<string, string | undefined> = {}
    for (const { name, leftOut } of suite.contenders) {
      // a test downloads nothing
      if (leftOut?.[workload] !== undefined || !isInstalled(name)) continue
      if (workload !== 'logs' && onlyForLogs.includes(name)) continue
      const [program, ...args] = programs[name] as readonly [string, ...string[]]
      const output = join(folder, `${workload}-${name}`)
      const given = [...args, workload, input, table, output]
      const difference = await startProgram(plainUrl(`etl/${program}.ts`), given).then(
        () => differenceOf(workload, expected, output),
        (error: Error) => error.message.slice(0, 500),
      )
      if (difference !== undefined) wrong[name] = difference
    }
    expect(wrong).toEqual({})
  },
  240_000,
)

test('a quantile may be off by 1 %, nothing else by anything', () => {
  const rows = [{ path: '/', count: 3, p50: [100, 200] as const }]
  const seen = (row: object): string | undefined => {
    const output = join(folder, 'seen')
    writeFileSync(output, `${JSON.stringify(row)}\n`)
    return differenceOf('logs', { key: ['path'], rows }, output)
  }
  expect([
    seen({ path: '/', count: 3, p50: 99.5 }),
    seen({ path: '/', count: 3, p50: 202 }),
    seen({ path: '/', count: 3, p50: 98.9 }),
    seen({ path: '/', count: 4, p50: 100 }),
    seen({ path: '/x', count: 3, p50: 100 }),
  ]).toEqual([
    undefined,
    undefined,
    'p50 of logs / is 100,200, not 98.9',
    'count of logs / is 3, not 4',
    'logs has no row /',
  ])
})

test('what is not there is left out, with the reason', () => {
  const { contenders } = withoutAbsent({ ...suite, absent: () => ({ udsv: 'no network' }) })
  expect(contenders.find(({ name }) => name === 'udsv')?.leftOut).toMatchObject({ csv: 'no network' })
  expect(contenders.find(({ name }) => name === 'pool')?.leftOut).toBeUndefined()
})
