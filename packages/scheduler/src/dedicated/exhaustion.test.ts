/** Goal: a machine that refuses threads makes a dedicated run share those it gets, and says so. Uses the system's limit. */

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../test/fixtures/wide.mjs', import.meta.url))

/** The limit counts for unprivileged users only; the program must still be able to read the checkout. */
const CAPABILITIES = '-all,+dac_read_search,+dac_override'
const unprivileged = (threads: number) => [
  'setpriv',
  ...['--reuid', '65534', '--clear-groups', '--inh-caps', CAPABILITIES],
  ...['--ambient-caps', CAPABILITIES, '--bounding-set', CAPABILITIES],
  ...['prlimit', `--nproc=${threads}`],
]
const canLimit = spawnSync('setpriv', [...unprivileged(40).slice(1), 'true']).status === 0

interface Seen {
  readonly errors: number
  readonly budget: number
  readonly result: unknown
}

const outcome = (command: readonly string[]): Seen => {
  const [program, ...args] = command
  return JSON.parse(execFileSync(program as string, args, { encoding: 'utf8', timeout: 30_000 })) as Seen
}

test.runIf(canLimit)('terms share the threads that the machine grants, down to none', () => {
  const few = outcome([...unprivileged(14), process.execPath, program])
  expect(few.result).toEqual([506])
  expect(few.errors).toBeGreaterThan(0)
  expect(few.budget).toBeLessThan(6)
  const none = outcome([...unprivileged(11), process.execPath, program])
  expect(none).toMatchObject({ result: [506], budget: 0 })
  expect(none.errors).toBeGreaterThan(0)
})

test('without a limit there are no errors, and the same answer', () => {
  expect(outcome([process.execPath, program])).toEqual({ result: [506], errors: 0, budget: 6 })
})
