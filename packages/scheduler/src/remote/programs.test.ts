/** Goal: what workers do that die at every start, or whose parent does, in programs of their own. */

import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url))
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

/** Throws in threads and in worker processes, not in the program itself. */
const PRELOAD =
  'data:text/javascript,import { isMainThread } from "node:worker_threads";' +
  'if (!isMainThread || process.send) throw new Error("no start")'

test.each([
  ['pool', 'thread'],
  ['pool', 'process'],
  ['work-stealing', 'thread'],
  ['hybrid', 'process'],
])('%s, %s: a worker that dies while it starts ends the run', async (strategy, isolation) => {
  const program = [fixture('squares-of-three.mjs'), strategy, isolation]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', PRELOAD, ...program], { env })
  expect(stdout).toMatch(/^WORKER_LOST The worker that ran "(square" died 5 times|numbers" died: no start)/)
})

/** A zombie, which waits for whoever inherits it to look, is not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return process.platform !== 'linux'
  }
}

test('a worker process in an endless loop ends with the program that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-orphan-'))
  try {
    const file = join(folder, 'pid')
    const env = { ...process.env, NODE_OPTIONS: '' }
    const parent = spawn(process.execPath, [fixture('orphans.mjs'), file], { env, stdio: 'ignore' })
    const read = (): number => {
      try {
        return Number(readFileSync(file, 'utf8'))
      } catch {
        return 0
      }
    }
    while (read() === 0) await turn()
    expect(isAlive(read())).toBe(true)
    parent.kill('SIGKILL')
    while (isAlive(read())) await turn()
    expect(isAlive(read())).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
