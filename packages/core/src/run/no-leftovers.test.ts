// Law 7: a finished run leaves no timer, port, worker or listener behind. A child process plays runs to every kind of
// end, says what still holds it open after each, and exits by itself.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../test/fixtures/exits-by-itself.ts', import.meta.url))

test('the process exits by itself, with nothing left', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], {
    timeout: 110_000,
    // tsx writes what it has compiled to its cache in the background: a file handle that is not the run's
    env: { ...process.env, NODE_OPTIONS: '', TSX_DISABLE_CACHE: '1' },
  })
  const left: Record<string, string[]> = JSON.parse(stdout)
  expect(left).toEqual(Object.fromEntries(Object.keys(left).map((name) => [name, []])))
  expect(Object.keys(left)).toHaveLength(12)
  expect(stderr).toBe('')
})
