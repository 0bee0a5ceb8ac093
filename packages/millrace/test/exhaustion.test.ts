/**
 * Goal: on a machine that refuses threads the main job finishes under every strategy, with the same bytes, and says how
 * many threads it did without. Uses the system's own limit, which counts for unprivileged users only.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const source = fileURLToPath(new URL('../../../examples/10-near-duplicates.ts', import.meta.url))
/** Where the compiled job finds the packages that it imports, and lint and git do not look. */
const cache = fileURLToPath(new URL('../../../examples/node_modules/.cache', import.meta.url))

/** The program must still be able to read the checkout. */
const CAPABILITIES = '-all,+dac_read_search,+dac_override'
const unprivileged = (threads: number) => [
  ...['--reuid', '65534', '--clear-groups', '--inh-caps', CAPABILITIES],
  ...['--ambient-caps', CAPABILITIES, '--bounding-set', CAPABILITIES],
  ...['prlimit', `--nproc=${threads}`],
]
/** Node's own threads: one that runs the program, six beside it, and four that read and write files. */
const NODE_THREADS = 11
const canLimit = spawnSync('setpriv', [...unprivileged(40), 'true']).status === 0

interface Threads {
  readonly budget: number
  readonly peak: number
  readonly errors: number
}

let folder: string
let job: string

/** The job in JavaScript: a compiler beside it would have threads of its own, whose number is its affair. */
beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'exhaustion-'))
  chmodSync(folder, 0o777)
  job = join(folder, 'job.mjs')
  const how = { bundle: true, packages: 'external', format: 'esm', platform: 'node' } as const
  await build({ ...how, entryPoints: [source], outfile: job })
})

afterAll(() => rmSync(folder, { recursive: true }))

function outcome(strategy: string, threads: number): { readonly answer: string; readonly threads: Threads } {
  const [out, summary] = [join(folder, 'pairs.ndjson'), join(folder, 'summary.json')]
  const flags = ['--strategy', strategy, '--workers', '6', '--quiet', '--summary', summary]
  const params = ['--param', `out=${out}`, '--param', 'limit=1000']
  rmSync(summary, { force: true })
  const args = [...unprivileged(threads), process.execPath, cli, 'run', job, ...flags, ...params]
  execFileSync('setpriv', args, { encoding: 'utf8', timeout: 110_000, stdio: ['ignore', 'pipe', 'pipe'] })
  return { answer: readFileSync(out, 'utf8'), threads: JSON.parse(readFileSync(summary, 'utf8')).threads }
}

describe.runIf(canLimit)('threads are refused', () => {
  let expected: string | undefined

  test.each(strategies)('%s', (strategy) => {
    expected ??= outcome('inline', 40).answer
    const roomy = outcome(strategy, 40)
    expect(roomy.answer).toBe(expected)
    expect(roomy.threads.peak).toBeLessThanOrEqual(roomy.threads.budget)
    const tight = outcome(strategy, NODE_THREADS + 2)
    expect(tight.answer).toBe(expected)
    // the caller's thread does the rest
    if (strategy !== 'inline') expect(tight.threads.errors).toBeGreaterThan(0)
  })

  test('with too few threads to compile TypeScript, that is said', () => {
    const module = fileURLToPath(new URL('fixtures/prints-in-order.ts', import.meta.url))
    for (const threads of [NODE_THREADS + 1, NODE_THREADS + 3]) {
      const args = [...unprivileged(threads), process.execPath, cli, 'run', module, '--param', 'count=2']
      const { status, stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' })
      expect(status === 0 ? stdout : stderr).toMatch(/^1\n2\n$|too few threads to compile TypeScript/)
    }
  })
})
