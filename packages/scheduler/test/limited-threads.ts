/**
 * Starts fixtures under the system's limit on threads, for the tests of what a machine that refuses threads does. The
 * limit counts for unprivileged users only: where the tests may not become one, `canLimit` is false.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The program must still be able to read the checkout. */
const CAPABILITIES = '-all,+dac_read_search,+dac_override'

const setpriv = (uid: number, threads: number): readonly string[] => [
  ...['--reuid', String(uid), '--clear-groups', '--inh-caps', CAPABILITIES],
  ...['--ambient-caps', CAPABILITIES, '--bounding-set', CAPABILITIES],
  ...['prlimit', `--nproc=${threads}`],
]

export const canLimit = spawnSync('setpriv', [...setpriv(65530, 40), 'true']).status === 0

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** What a fixture prints, as JSON. */
export function outcome(name: string, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(process.execPath, [fixture(name), ...args], options))
}

/**
 * What a fixture prints, as JSON, where the system grants it no more than `workers` threads beside Node's own. The
 * system counts the threads of a user, so tests that may run at the same time each need their own `uid`.
 */
export function limitedOutcome(
  uid: number,
  workers: number,
  name: string,
  ...args: readonly string[]
): unknown {
  const own = outcome('own-threads.mjs') as number
  const command = [...setpriv(uid, own + workers), process.execPath, fixture(name), ...args]
  return JSON.parse(execFileSync('setpriv', command, options))
}

const options = { encoding: 'utf8', timeout: 30_000 } as const
