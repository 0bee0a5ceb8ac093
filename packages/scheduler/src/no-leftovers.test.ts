/**
 * Goal: many runs in one process leave no more than a few did: threads, handles, heap; the process exits by itself, and
 * what workers have printed is not lost then.
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../test/fixtures/many-runs.mjs', import.meta.url))
const RUNS = 60 * Number(process.env['MILLRACE_DEEP'] ?? 1)

interface Left {
  readonly threads: number
  readonly handles: number
  readonly heapMb: number
}

test.each(['dedicated', 'hybrid', 'pool', 'work-stealing'])(
  '%s: threads, handles and heap are those of the first runs',
  (strategy) => {
    const line = execFileSync(process.execPath, ['--expose-gc', program, strategy, String(RUNS)], {
      encoding: 'utf8',
      timeout: 110_000,
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const { first, last, failed } = JSON.parse(line) as {
      readonly first: Left
      readonly last: Left
      readonly failed: number
    }
    expect(failed).toBe(0)
    // of three workers one may have had nothing to do at first
    expect(last.threads).toBeLessThanOrEqual(Math.max(first.threads, 3))
    expect([first.handles, last.handles]).toEqual([0, 0])
    expect(last.heapMb).toBeLessThanOrEqual(first.heapMb + 4)
  },
)

test('what a term on a worker prints is there when the process exits', () => {
  const prints = fileURLToPath(new URL('../test/fixtures/prints.mjs', import.meta.url))
  const printed = execFileSync(process.execPath, [prints, 'dedicated'], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  expect(printed).toBe(Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join(''))
})

test.each(['dedicated', 'pool', 'work-stealing', 'hybrid'])(
  '%s: workers that had nothing to do keep no process alive',
  (strategy) => {
    const program = fileURLToPath(new URL('../test/fixtures/no-items.mjs', import.meta.url))
    const printed = execFileSync(process.execPath, [program, strategy], {
      encoding: 'utf8',
      timeout: 110_000,
    })
    expect(printed).toBe('0\n')
  },
)
