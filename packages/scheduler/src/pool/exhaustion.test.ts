/** Goal: a machine that refuses threads makes a run slower, not wrong. Uses the system's own limit on threads. */

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../test/fixtures/squares.mjs', import.meta.url))
const SUM = Array.from({ length: 20_000 }, (_, i) => i * i).reduce((sum, n) => sum + n, 0)

/** The limit counts for unprivileged users only; the program must still be able to read the checkout. */
const CAPABILITIES = '-all,+dac_read_search,+dac_override'
const unprivileged = (threads: number) => [
  'setpriv',
  ...['--reuid', '65534', '--clear-groups', '--inh-caps', CAPABILITIES],
  ...['--ambient-caps', CAPABILITIES, '--bounding-set', CAPABILITIES],
  ...['prlimit', `--nproc=${threads}`],
]
const canLimit = spawnSync('setpriv', [...unprivileged(40).slice(1), 'true']).status === 0

test.runIf(canLimit).each(['pool', 'work-stealing'])(
  '%s finishes with the workers it gets, and counts those it did not',
  (strategy) => {
    const [command, ...flags] = [...unprivileged(14), process.execPath, program, '8', strategy]
    const line = execFileSync(command as string, flags, { encoding: 'utf8', timeout: 15_000 })
    const seen = JSON.parse(line) as {
      readonly errors: number
      readonly peak: number
      readonly health: { readonly level: string; readonly missing: number; readonly refused: number }
      readonly result: unknown
    }
    expect(seen.result).toEqual([SUM])
    expect(seen.errors).toBeGreaterThan(0)
    expect(seen.peak).toBeLessThan(8)
    expect(seen.health).toMatchObject({ level: expect.stringMatching(/yellow|red/), refused: seen.errors })
    expect(seen.health.missing).toBeGreaterThan(0)
  },
)

test('without a limit there are no errors, and the same answer', () => {
  const seen: unknown = JSON.parse(
    execFileSync(process.execPath, [program, '3'], { encoding: 'utf8', timeout: 15_000 }),
  )
  expect(seen).toMatchObject({ result: [SUM], errors: 0, health: { level: 'green' } })
})

test('workers that are kept while a run lasts do not keep the process', () => {
  const seen: unknown = JSON.parse(
    execFileSync(process.execPath, [program, '2', 'pool', '2'], { encoding: 'utf8', timeout: 15_000 }),
  )
  expect(seen).toMatchObject({ result: [SUM], budget: 2 })
})
