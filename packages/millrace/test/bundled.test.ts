/**
 * Goal: a program that was bundled runs on workers, in each form that docs/programs.md and docs/deploying.md show; one
 * whose bundle holds Millrace is refused at once where it needs workers, and runs where it needs none.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const graphOf = `graph(import.meta.url, () => fromIterable([1, 2, 3]).pipe(map((n: number) => n * n), print()))`
const imports = `import { graph, isMain, run } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'
`
const runIt = `const [strategy, isolation = 'thread'] = (process.argv[2] ?? 'pool').split(', ') as ['pool', 'thread']
await run(job(), { scheduler: { strategy, isolation, workers: 1 } }).done`

const sources = {
  'package.json': '{ "type": "module" }',
  'one.ts': `${imports}const job = ${graphOf}\nexport default job\nif (isMain(import.meta.url)) {\n${runIt}\n}\n`,
  'squares.ts': `${imports}export default ${graphOf}\n`,
  'beside.ts': `import { run } from 'millrace'
const { default: job }: typeof import('./squares.ts') = await import(new URL('squares.js', import.meta.url).href)
${runIt}\n`,
  'inside.ts': `import { run } from 'millrace'\nimport job from './squares.ts'\n${runIt}\n`,
}

/** Bundles, then runs the program under this strategy, and this isolation. */
async function bundled(
  program: string,
  strategy: string,
  options: BuildOptions,
): Promise<{ readonly stdout: string; readonly codes: readonly string[]; readonly stderr: string }> {
  const folder = temporaryFolder(sources)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(folder, 'node_modules', 'millrace'))
  await build({
    absWorkingDir: folder,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    ...options,
  })
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'dist', program), strategy], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  const codes = [...stderr.matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code as string)
  return { stdout, codes, stderr }
}

const ran = { stdout: '1\n4\n9\n', codes: [], stderr: '' }

const WITH_WORKERS = ['dedicated', 'hybrid', 'hybrid, process', 'pool', 'pool, process', 'work-stealing']

test.each(['inline', ...WITH_WORKERS])('one file, %s', async (strategy) => {
  const options: BuildOptions = { entryPoints: ['one.ts'], packages: 'external' }
  expect(await bundled('one.js', strategy, options)).toEqual(ran)
})

test('one file, with all but Millrace inside', async () => {
  const options: BuildOptions = { entryPoints: ['one.ts'], external: ['millrace', '@millrace/*'] }
  expect(await bundled('one.js', 'pool', options)).toEqual(ran)
})

test.each([false, true])('the graph as a further entry, splitting: %s', async (splitting) => {
  const options: BuildOptions = { entryPoints: ['beside.ts', 'squares.ts'], packages: 'external', splitting }
  expect(await bundled('beside.js', 'pool', options)).toEqual(ran)
})

test.each([
  [false, 'RUN_WHILE_LOADING', 'if (isMain(import.meta.url))'],
  [true, 'BAD_INPUT', 'exports no graph'],
] as const)('a graph that is bundled into its program, splitting: %s', async (splitting, code, says) => {
  const options: BuildOptions = { entryPoints: ['inside.ts', 'squares.ts'], packages: 'external', splitting }
  const { stdout, codes, stderr } = await bundled('inside.js', 'pool', options)
  expect({ stdout, codes }).toEqual({ stdout: '', codes: [code] })
  expect(stderr).toContain(says)
})

test('with Millrace inside, inline', async () => {
  expect(await bundled('one.js', 'inline', { entryPoints: ['one.ts'] })).toEqual(ran)
})

test.each(WITH_WORKERS)('with Millrace inside, %s', async (strategy) => {
  const { stdout, codes, stderr } = await bundled('one.js', strategy, { entryPoints: ['one.ts'] })
  expect({ stdout, codes }).toEqual({ stdout: '', codes: ['BUNDLED'] })
  expect(stderr).toContain('worker/entry.js')
  expect(stderr).toContain('packages: "external"')
})
