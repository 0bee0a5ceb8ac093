// Goal: a process that would end while a run waits for its output to be read is told so; and sharing a signal, or pausing
// many calls at once, warns of nothing.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const programOf = (name: string): string =>
  fileURLToPath(new URL(`../test/fixtures/${name}.ts`, import.meta.url))

function play(name: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, NODE_OPTIONS: '' }
  return promisify(execFile)(process.execPath, ['--import', 'tsx', programOf(name)], {
    env,
    timeout: 110_000,
  })
}

test('done before an output that holds more than an edge: the run fails and names the output', async () => {
  const { stdout, stderr } = await play('unread-output')
  expect(stdout).toMatch(/^UNREAD_OUTPUT The run waits for "out" to be read/)
  expect(stderr).toBe('')
})

test('dead letters that nobody reads: the run fails and says so, and blames no term', async () => {
  const { stdout, stderr } = await play('unread-letters')
  expect(stdout).toMatch(/^UNREAD_LETTERS The run waits for its dead letters to be read/)
  expect(stderr).toBe('')
})

test('thirty runs on one signal, forty pauses at once: no warning, and no room is left behind', async () => {
  expect(await play('many-listeners')).toEqual({ stdout: 'true\n', stderr: '' })
})
