/** Goal: each way to run a graph is measured, what fails or is refused is told, and the report says the same. Runs the build. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchResult, benchGraph, curvesOfBench, reportOfBench, tableOfBench } from 'millrace/bench'
import { expect, test } from 'vitest'
import { fixture, millrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

const graph = fixture('benched.ts')
const keys = (result: BenchResult) =>
  result.rows.map(({ strategy, workers, value, rounds, items }) => [strategy, workers, value, rounds, items])

test('measures each strategy with each value and each number of workers', async () => {
  const steps: string[] = []
  const result = await benchGraph(graph, {
    vary: { name: 'terms', values: ['1', '3'] },
    strategies: ['inline', 'pool'],
    workers: [1, 2],
    rounds: 1,
    onRun: ({ number, of, strategy, workers = '', value }) => {
      steps.push(`${number}/${of} ${strategy}${workers} ${value}`)
    },
  })
  expect(steps).toEqual([
    ...['1/6 inline 1', '2/6 pool1 1', '3/6 pool2 1'],
    ...['4/6 inline 3', '5/6 pool1 3', '6/6 pool2 3'],
  ])
  expect(keys(result)).toEqual([
    ['inline', undefined, '1', 1, { in: 10, out: 10 }],
    ['pool', 1, '1', 1, { in: 10, out: 10 }],
    ['pool', 2, '1', 1, { in: 10, out: 10 }],
    ['inline', undefined, '3', 1, { in: 10, out: 30 }],
    ['pool', 1, '3', 1, { in: 10, out: 30 }],
    ['pool', 2, '3', 1, { in: 10, out: 30 }],
  ])
  expect(result.isConsistent).toBe(true)
  for (const { figures } of result.rows) {
    for (const { least, median, most } of Object.values(figures ?? {})) {
      expect(0 < least && least <= median && median <= most && Number.isFinite(most)).toBe(true)
    }
    // a process that has loaded Millrace holds more than that, whatever the machine
    expect(figures?.peakMb.median).toBeGreaterThan(20)
  }
  expect(result.rows.map(({ figures }) => figures?.threads.median)).toEqual([1, 2, 3, 1, 2, 3])
})

test('a run that fails is told, with its code', async () => {
  const { code, stdout, stderr } = await millrace([
    ...['bench', graph, '-p', 'kind=failing', '--strategies', 'inline', '--rounds', '2', '--quiet'],
  ])
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(/^failed: inline: .*five.* \[TERM_FAILED\]$/m)
})

test('what a strategy refuses is left out, with the reason', async () => {
  const { code, stdout } = await millrace([
    ...['bench', graph, '-p', 'terms=300', '--strategies', 'inline,dedicated', '--rounds', '1', '--json'],
  ])
  const { rows } = JSON.parse(stdout) as BenchResult
  expect(code).toBe(0)
  expect(rows.map(({ strategy, isRefused }) => [strategy, isRefused])).toEqual([
    ['inline', false],
    ['dedicated', true],
  ])
  expect(rows[1]?.failed).toMatch(/\[TOO_MANY_TERMS\]$/)
})

test('a mistake is told once, and nothing is measured', async () => {
  const { code, stdout, stderr } = await millrace([
    ...['bench', graph, '-p', 'termz=1', '--strategies', 'inline,pool', '--rounds', '1', '--quiet'],
  ])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^millrace: .*termz.*\[[A-Z_]+\]\n$/)
})

test('refuses what the command line does not know, before anything runs', async () => {
  const { code, stderr } = await millrace(['bench', graph, '--workers', '2,2'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed: different whole numbers from 1 on')])
})

test.each([
  { strategies: [] },
  { workers: [1.5] },
  { rounds: 0 },
  { vary: { name: 'terms', values: [] } },
  { vary: { name: 'terms', values: ['1'] }, params: { terms: '2' } },
])('a program is refused %j', async (options) => {
  await expect(benchGraph(graph, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('answers of different size are noticed', async () => {
  const result = await benchGraph(graph, {
    ...{ params: { kind: 'uneven' }, strategies: ['inline', 'pool'], workers: [1], rounds: 1 },
  })
  expect([keys(result)[1]?.at(-1), result.isConsistent]).toEqual([{ in: 10, out: 0 }, false])
  expect(tableOfBench(result)).toContain('Not all runs gave the same number of items: see millrace compare.')
})

test('the report is a page, a picture and data; the order of the runs is turned from round to round', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await millrace(
    [
      ...['bench', graph, '--strategies', 'inline,pool', '--workers', '1'],
      ...['--rounds', '2', '--figure', 'outputs', '--out', 'sums.html'],
    ],
    folder,
  )
  expect(code).toBe(0)
  expect(stderr.trimEnd().split('\n')).toEqual([
    'millrace: 1/4 inline',
    'millrace: 2/4 pool 1',
    'millrace: 3/4 pool 1',
    'millrace: 4/4 inline',
  ])
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const result = JSON.parse(read('sums.json')) as BenchResult
  expect(stdout.trimEnd().split('\n')).toEqual(tableOfBench(result, { figure: 'outputsPerSecond' }))
  expect(read('sums.svg')).toBe(curvesOfBench(result, { figure: 'outputsPerSecond' }))
  const page = read('sums.html')
  expect(page).toBe(reportOfBench(result, { figure: 'outputsPerSecond' }))
  // it asks nobody for anything
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(/)
})

test('figures from elsewhere are dashed, where their value was gone through', () => {
  const result: BenchResult = {
    ...{ module: 'sums.ts', params: {}, vary: { name: 'terms', values: ['1', '3'] }, rounds: 1, rows: [] },
    machine: { processor: 'a', processors: 2, memoryBytes: 2 ** 30, node: 'v24.0.0', load: 0 },
    isConsistent: true,
    recorded: [
      { name: 'elsewhere', value: '3', itemsPerSecond: 24_000 },
      { name: 'elsewhere', value: '200', itemsPerSecond: 1 },
    ],
  }
  const svg = curvesOfBench(result)
  expect([...svg.matchAll(/<title>(elsewhere.*?)<\/title>/g)].map(([, text]) => text)).toEqual([
    'elsewhere, terms 3: 24.0 k',
  ])
})
