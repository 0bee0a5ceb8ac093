/** Goal: workers get no flag that has them run another program; all others stay. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { workerFlags } from './worker-flags.ts'

test('flags that workers can have are left as they are', () => {
  expect(workerFlags('thread', ['--import', 'tsx', '--max-old-space-size=100'])).toBe(undefined)
  expect(workerFlags('process', [])).toBe(undefined)
})

test('those that make no sense there are left out, with their values', () => {
  const given = [
    '--input-type=module',
    '--max-old-space-size=100',
    '--import',
    'tsx',
    '-e',
    'f()',
    '--inspect-brk=0',
  ]
  expect(workerFlags('process', given)).toEqual(['--max-old-space-size=100', '--import', 'tsx'])
  expect(workerFlags('thread', given)).toEqual(['--import', 'tsx'])
  expect(workerFlags('process', ['--input-type', 'module', '--test', '--watch', '-p', '1'])).toEqual([])
})

const squares = pathToFileURL(fileURLToPath(new URL('../../test/fixtures/squares.mjs', import.meta.url))).href
const scheduler = new URL('../../dist/index.js', import.meta.url).href
const core = new URL('../../../core/dist/index.js', import.meta.url).href

test.each([
  ['pool', 'thread'],
  ['pool', 'process'],
  ['work-stealing', 'thread'],
  ['dedicated', 'thread'],
])('a program from standard input has workers: %s, %s', (strategy, isolation) => {
  const program = `
    import { run } from ${JSON.stringify(core)}
    import { placementFor } from ${JSON.stringify(scheduler)}
    const { default: graph } = await import(${JSON.stringify(squares)})
    const placement = placementFor({ strategy: '${strategy}', isolation: '${isolation}', workers: 1 })
    const { outcome, threads } = await run(graph({}), { placement }).done
    console.log(outcome, threads.workers.length > 0)
  `
  const options = { input: program, encoding: 'utf8' } as const
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module'], options)
  expect([stdout, stderr]).toEqual(['completed true\n', ''])
})
