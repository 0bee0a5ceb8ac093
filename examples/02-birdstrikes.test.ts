/** Goal: the table agrees with a plain recomputation from the raw file, and every row of the file is accounted for. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { main } from './02-birdstrikes.ts'

const { resolve } = createRequire(import.meta.url)

afterEach(() => {
  vi.restoreAllMocks()
})

/** Two passes over arrays; the file quotes its fields only where they hold a comma. */
function recomputed(): string[][] {
  const file = join(dirname(resolve('vega-datasets')), '../data/birdstrikes.csv')
  const [names = [], ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/).map(fieldsOf)
  const costs: Record<string, number[]> = {}
  for (const row of rows) {
    const phase = row[names.indexOf('Phase of flight')] as string
    costs[phase] ??= []
    costs[phase].push(Number(row[names.indexOf('Cost Repair')]))
  }
  return Object.keys(costs)
    .sort()
    .map((phase) => {
      const values = costs[phase] as number[]
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      const deviation = Math.sqrt(squares / (values.length - 1))
      return [phase, String(values.length), mean.toFixed(2), deviation.toFixed(2)]
    })
}

function fieldsOf(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )
}

function fieldsOfLine(line: string): string[] {
  return line.trim().split(/ {2,}/)
}

test('the table agrees with a plain recomputation', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await main()
  const [head, ...table] = log.mock.calls.map(([line]) => fieldsOfLine(line as string))
  expect(head).toEqual(['phase', 'strikes', 'mean ($)', 'deviation ($)'])
  expect(table).toEqual(recomputed())
})

test('the command line leaves a summary whose counts balance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-birdstrikes-'))
  try {
    const file = join(folder, 'summary.json')
    const cli = join(dirname(resolve('millrace/package.json')), 'bin/millrace.js')
    const example = fileURLToPath(new URL('02-birdstrikes.ts', import.meta.url))
    const args = [cli, 'run', example, '--summary', file]
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8' })
    expect(printed.trim().split('\n').slice(1).map(fieldsOfLine)).toEqual(recomputed())
    const { outcome, balanced, items } = JSON.parse(readFileSync(file, 'utf8'))
    // the file's rows, the header line of the table, and a line for each of the seven phases
    expect({ outcome, balanced, items }).toEqual({
      outcome: 'completed',
      balanced: true,
      items: expect.objectContaining({ in: 10_008, out: 8, filtered: 10_000, discarded: 0 }),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
