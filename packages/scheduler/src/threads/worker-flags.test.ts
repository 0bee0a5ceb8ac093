/** Goal: workers get no flag that has them run another program; all others stay. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { workerFlags } from './worker-flags.ts'

test('flags that workers can have are left as they are', () => {
  expect(workerFlags('thread', ['--import', 'tsx', '--max-old-space-size=100'], {})).toEqual({})
  expect(workerFlags('process', [], { NODE_OPTIONS: '--require "./a b.cjs"' })).toEqual({})
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
  expect(workerFlags('process', given, {})).toEqual({
    execArgv: ['--max-old-space-size=100', '--import', 'tsx'],
  })
  expect(workerFlags('thread', given, {})).toEqual({ execArgv: ['--import', 'tsx'] })
  expect(workerFlags('process', ['--input-type', 'module', '--test', '--watch', '-p', '1'], {})).toEqual({
    execArgv: [],
  })
})

test('likewise in NODE_OPTIONS', () => {
  const env = {
    HOME: '/',
    NODE_OPTIONS: '--input-type=module  --max-old-space-size=100 --require "./a \\"b\\".cjs"',
  }
  expect(workerFlags('thread', [], env)).toEqual({
    env: { HOME: '/', NODE_OPTIONS: '--require "./a \\"b\\".cjs"' },
  })
  expect(workerFlags('process', [], env)).toEqual({
    env: { HOME: '/', NODE_OPTIONS: '--max-old-space-size=100 --require "./a \\"b\\".cjs"' },
  })
})

const squares = pathToFileURL(fileURLToPath(new URL('../../test/fixtures/squares.mjs', import.meta.url))).href
const scheduler = new URL('../../dist/index.js', import.meta.url).href
const core = new URL('../../../core/dist/index.js', import.meta.url).href

test.each([
  ['pool', 'thread'],
  ['pool', 'process'],
  ['work-stealing', 'thread'],
  ['dedicated', 'thread'],
  ['hybrid', 'thread'],
  ['hybrid', 'process'],
])('a program from standard input has workers: %s, %s', (strategy, isolation) => {
  const program = `
    import { run } from ${JSON.stringify(core)}
    import { placementFor } from ${JSON.stringify(scheduler)}
    const { default: graph } = await import(${JSON.stringify(squares)})
    const placement = placementFor({ strategy: '${strategy}', isolation: '${isolation}', workers: 1 })
    const { outcome, threads } = await run(graph({}), { placement }).done
    console.log(outcome, threads.workers.length > 0)
  `
  const said = [['--input-type=module'], []].map((flags) => {
    const env = flags.length > 0 ? process.env : { ...process.env, NODE_OPTIONS: '--input-type=module' }
    const { stdout, stderr } = spawnSync(process.execPath, flags, { input: program, encoding: 'utf8', env })
    return [stdout, stderr]
  })
  expect(said).toEqual(Array(2).fill(['completed true\n', '']))
})
