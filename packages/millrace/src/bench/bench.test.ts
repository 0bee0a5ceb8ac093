/** Goal: each way to run a graph is measured, what fails or is refused is told, and the report says the same. Runs the build. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type BenchResult, benchGraph, curvesOfBench, reportOfBench, tableOfBench } from 'millrace/bench'
import { expect, test } from 'vitest'
import { fixture, millrace, startMillrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { figureText } from './words.ts'

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
    expect(figures?.peakBytes.median).toBeGreaterThan(20 * 2 ** 20)
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
  expect(rows.map(({ strategy, failure }) => [strategy, failure])).toEqual([
    ['inline', undefined],
    ['dedicated', 'refused'],
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
  { strategies: ['inline' as const, 'inline' as const] },
  { workers: [2, 2] },
  { timeoutMs: 0 },
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

test('reports are a page, a picture and data; the order of the runs is turned from round to round', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await millrace(
    [
      ...['bench', graph, '--strategies', 'inline,pool', '--workers', '1', '--rounds', '2'],
      ...['--figure', 'outputs', '--out', 'sums.html', '--out', 'sums.svg', '--out', 'sums.json'],
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
  expect(readdirSync(folder).sort()).toEqual(['sums.html', 'sums.json', 'sums.svg'])
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const result = JSON.parse(read('sums.json')) as BenchResult
  expect(stdout.trimEnd().split('\n')).toEqual(tableOfBench(result, { figure: 'outputsPerSecond' }))
  expect(read('sums.svg')).toBe(curvesOfBench(result, { figure: 'outputsPerSecond' }))
  const page = read('sums.html')
  expect(page).toBe(reportOfBench(result, { figure: 'outputsPerSecond' }))
  // nothing in it is loaded from elsewhere
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(/)
})

test.each([
  ['sums.txt', 'a report is an .html, .svg or .json file'],
  [join('nowhere', 'sums.html'), 'nowhere'],
])('a report at %s is refused before anything runs', async (out, text) => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await millrace(['bench', graph, '--out', out], folder)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(text)
  expect(stderr).not.toContain('inline')
})

test('runs have no checkpoints, and an own config counts', async () => {
  const config = JSON.stringify({ checkpoint: { dir: 'kept', everyMs: 1 }, batchItems: 1 })
  const folder = temporaryFolder({ 'millrace.config.json': config, 'package.json': '{}' })
  const args = ['bench', graph, '--strategies', 'inline', '--rounds', '1', '--json', '--quiet']
  const { code, stdout } = await millrace(args, folder, { MILLRACE_CHECKPOINT: 'kept' })
  const { rows } = JSON.parse(stdout) as BenchResult
  expect([code, rows[0]?.items, readdirSync(folder).sort()]).toEqual([
    0,
    { in: 10, out: 20 },
    ['millrace.config.json', 'package.json'],
  ])
})

test('a run without an end is ended at its limit', async () => {
  const args = ['bench', fixture('endless.ts'), '--strategies', 'inline', '--rounds', '1', '--quiet']
  const { code, stdout } = await millrace([...args, '--timeout-ms', '4000'])
  expect(code).toBe(1)
  expect(stdout).toContain('failed: inline: It had not ended after 4000 ms.')
})

test('Ctrl-C ends the run under way, and leaves nothing', async () => {
  const folder = temporaryFolder()
  const args = ['bench', fixture('endless.ts'), '--strategies', 'inline']
  const { child, finished, printed } = startMillrace(args, folder, { TMPDIR: folder })
  await printed('1/3 inline')
  await expect.poll(() => readdirSync(folder)).not.toEqual([])
  child.kill('SIGINT')
  const { code, stdout } = await finished
  expect([code, stdout, readdirSync(folder)]).toEqual([130, '', []])
})

test('what a program is started with to evaluate is not evaluated again', async () => {
  const program = `
    import { benchGraph } from 'millrace/bench'
    const { rows } = await benchGraph(${JSON.stringify(graph)}, { strategies: ['inline'], rounds: 1 })
    console.log(rows.map(({ rounds, failed }) => [rounds, failed]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 110_000,
    cwd: dirname(fixture('benched.ts')),
  })
  expect(stdout).toBe('[ [ 1, undefined ] ]\n')
})

test.each([
  [0.7301, '0.73'],
  [99.97, '100'],
  [12, '12'],
  [5293.4, '5293'],
  [9999.6, '10 k'],
  [999_600, '1 M'],
  [12_340, '12.3 k'],
  [1.2e9, '1.2 G'],
  [Number.NaN, '–'],
])('%d is written as %s', (value, text) => {
  expect(figureText(value)).toBe(text)
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
