/** Goal: the scripts know each command, each option and each value that is one of a few. Runs the build, and bash if there is one. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { beforeAll, describe, expect, test } from 'vitest'
import { millrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { completionOf } from './completion.ts'
import { shells } from './shells.ts'

const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0

/** What the shell says of the script without running it. */
function parsed(shell: string, script: string): { readonly status: number | null; readonly stderr: string } {
  const folder = temporaryFolder({ script })
  const { status, stderr } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' })
  return { status, stderr }
}

describe.each(shells)('%s', (shell) => {
  let script: string
  beforeAll(async () => {
    script = (await millrace(['completion', shell])).stdout
  })

  test('commands, options and values are in the script', () => {
    const dashes = shell === 'fish' ? '-l ' : '--'
    const expected = [
      'run',
      'compare',
      'doctor',
      `${dashes}dead-letters`,
      `${dashes}strategy`,
      'work-stealing',
      'mermaid',
    ]
    expect(expected.filter((word) => !script.includes(word))).toEqual([])
  })

  test.runIf(hasShell(shell))('the shell takes the script', () => {
    expect(parsed(shell, script)).toEqual({ status: 0, stderr: '' })
  })

  test.runIf(hasShell(shell))('quotes and brackets in what an option means break nothing', () => {
    const program = new Command('odd')
    program.command('do').description("it's [odd]: \\").addOption(new Option('--it <file>', "it's [one]: \\"))
    expect(parsed(shell, completionOf(program, shell))).toEqual({ status: 0, stderr: '' })
  })
})

test.runIf(hasShell('bash')).each<[readonly string[], readonly string[]]>([
  [['ru'], ['run']],
  [['run', '--dead'], ['--dead-letters']],
  [['run', 'g.ts', '--strategy', 'w'], ['work-stealing']],
  [
    ['run', 'g.ts', '--log', ''],
    ['text', 'json'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['run', '--workers', ''], []],
  [['run', 'pack'], ['package.json']],
  [['graph', '--dead'], []],
])('bash completes %j', async (words, expected) => {
  const { stdout: script } = await millrace(['completion', 'bash'])
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{}')
  const call = `${script}\nCOMP_WORDS=(millrace "$@"); COMP_CWORD=$#; _millrace; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = spawnSync('bash', ['-c', call, 'bash', ...words], { cwd: folder, encoding: 'utf8' })
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual(expected)
})
