/**
 * Goal: a program that holds its own graph is run once. Workers that load it run nothing: the caller is told, once and with
 * a remedy, or the module guards itself with `isMain`. Runs the build.
 */

import { spawn } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixture } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const program = fixture('runs-itself.mjs')
const workers = [
  ['pool', 'thread'],
  ['pool', 'process'],
  ['work-stealing', 'thread'],
  ['dedicated', 'thread'],
  ['hybrid', 'thread'],
  ['hybrid', 'process'],
] as const

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What the program and its copies did. */
  readonly notes: readonly string[]
}

async function start(file: string, how: string, placed: readonly string[]): Promise<Ran> {
  const notes = join(temporaryFolder({ notes: '' }), 'notes')
  const child = spawn(process.execPath, [file, ...placed], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RUNS_ITSELF: [...placed, notes, how].join(' ') },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => void (stdout += text))
  child.stderr.on('data', (text) => void (stderr += text))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr, notes: readFileSync(notes, 'utf8').split('\n').filter(Boolean) }
}

describe.each(workers)('%s, %s', (...placed) => {
  test.each(['plain', 'compares', 'reads'])(
    'a run at the top level is refused; what follows it is done once: %s',
    async (how) => {
      const { code, stdout, stderr, notes } = await start(program, how, placed)
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'RUN_WHILE_LOADING\n', stderr: '' })
      expect(notes.filter((line) => line !== 'runs')).toEqual(['over'])
    },
  )

  test('so is one that the module comes to later', async () => {
    const { code, stdout, stderr, notes } = await start(program, 'late', placed)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'RUN_WHILE_LOADING\n', stderr: '' })
    expect(notes.filter((line) => line !== 'runs')).toEqual(['over'])
  })

  test('and one of a module that it imports', async () => {
    const { stdout, stderr } = await start(fixture('imports-program.mjs'), '', placed)
    expect({ stdout, stderr }).toEqual({ stdout: 'RUN_WHILE_LOADING\n', stderr: '' })
  })

  test('behind isMain the program is run once', async () => {
    const { code, stdout, stderr, notes } = await start(program, 'guarded', placed)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '[1,4,9]\n', stderr: '' })
    expect(notes).toEqual(['runs', 'charged', 'over'])
  })
})

test.each([
  ['plain', '[1,4,9]'],
  ['reads', '[1,4,9]'],
  ['compares', '[3,3]'],
])('inline needs no guard: %s', async (how, said) => {
  const { stdout, notes } = await start(program, how, ['inline', 'thread'])
  expect([stdout, notes]).toEqual([`${said}\n`, ['runs', 'charged', 'over']])
})

test('isMain sees through a symbolic link, and what a folder or a name without extension stands for', async () => {
  const guarded = "import { isMain } from 'millrace'\nconsole.log(isMain(import.meta.url))\n"
  const folder = temporaryFolder({
    'package.json': '{ "type": "module", "main": "./program.js" }',
    'program.js': guarded,
    'imports.js': "import './program.js'\n",
  })
  symlinkSync(join(fixture('.'), '../../../../node_modules'), join(folder, 'node_modules'))
  symlinkSync(join(folder, 'program.js'), join(folder, 'link.js'))
  const said = async (file: string): Promise<string> => (await start(file, '', [])).stdout
  expect(
    await Promise.all(
      ['program.js', 'link.js', 'program', '', 'imports.js'].map((name) => said(join(folder, name))),
    ),
  ).toEqual(['true\n', 'true\n', 'true\n', 'true\n', 'false\n'])
})
