/**
 * Goal: where the process may open few files only, a run ends with the same answer as ever, on as many workers as there are
 * files for; with even fewer it says so in one line. Uses the system's own limit.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const built = (name: string): string =>
  JSON.stringify(pathToFileURL(fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))).href)
const graph = `import { graph } from ${built('index')}
import { fromIterable, map, print, reduce } from ${built('terms')}
export default graph(import.meta.url, () =>
  fromIterable(Array.from({ length: 2000 }, (_, n) => n)).pipe(map((n) => n * n), reduce((a, b) => a + b, 0), print()))
`

/** The free-file check reads /proc, which only Linux has. */
const canLimit = spawnSync('prlimit', ['--nofile=64:64', 'cat', '/proc/self/limits']).status === 0

const bin = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))

/** What the command says where it may open up to so many files. */
function told(files: number): { readonly status: number | null; readonly stderr: string } {
  const folder = temporaryFolder({ 'g.mjs': graph })
  const command = [process.execPath, bin, 'run', join(folder, 'g.mjs'), '--quiet']
  const { status, stderr } = spawnSync('prlimit', [`--nofile=${files}:${files}`, ...command], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  return { status, stderr }
}

function outcome(strategy: string, files: number): { readonly stdout: string; readonly errors: number } {
  const folder = temporaryFolder({ 'g.mjs': graph })
  const summary = join(folder, 'summary.json')
  const command = [process.execPath, cli, 'run', join(folder, 'g.mjs'), '--strategy', strategy]
  const flags = ['--workers', '4', '--quiet', '--summary', summary]
  const { stdout } = spawnSync('prlimit', [`--nofile=${files}:${files}`, ...command, ...flags], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  return { stdout, errors: JSON.parse(readFileSync(summary, 'utf8')).threads?.errors ?? 0 }
}

describe.runIf(canLimit)('few files', () => {
  test.each(
    ['inline', 'pool'].flatMap((strategy) => [44, 48, 56].map((files) => [strategy, files] as const)),
  )('%s, at most %i', (strategy, files) => {
    const { stdout, errors } = outcome(strategy, files)
    expect(stdout).toBe('2664667000\n')
    // a worker needs 20, and the process itself has some 20 open
    if (strategy === 'pool') expect(errors).toBeGreaterThan(0)
  })

  // how many Node itself has open depends on its version: with some, the command can be loaded whenever Node can
  test('too few to load the command', () => {
    for (const { status, stderr } of [26, 27, 28, 29, 30, 31, 32].map(told)) {
      if (status === 2)
        expect(stderr).toMatch(/^millrace: .*(EMFILE|ENFILE|too few files|too many open files).*\n$/)
      else expect(status).not.toBe(1) // the error of a command that began, or a trace of Node's
    }
  })

  test.each(['dedicated', 'work-stealing', 'hybrid'])('%s, at most 44', (strategy) => {
    expect(outcome(strategy, 44).stdout).toBe('2664667000\n')
  })
})
