// Starts programs at the same moment and looks at them until all have ended. Called by the contenders.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Figures, Prepare } from '../harness/contracts.ts'
import { jump, stepsFor } from '../shared/spin.ts'

const PROGRAM = fileURLToPath(new URL('program.js', import.meta.url))
const ITEM_US = 1000
/** See `budget` in the guide: threads of all programs, per processor. */
const THREADS_PER_PROCESSOR = 4
/** Threads that a user may have: eight programs start with 11 each, so hardly a worker can. */
const FAMINE = 100
/** By then all have seen each other. */
const SETTLED_MS = 1500

/** As setpriv(1) makes them: a user that may read all files, and may not have more threads than others. */
const UNPRIVILEGED = [
  ...['--reuid', '65534', '--clear-groups'],
  '--inh-caps=-all,+dac_read_search,+dac_override',
  '--ambient-caps=-all,+dac_read_search,+dac_override',
  '--bounding-set=-all,+dac_read_search,+dac_override',
]

interface Program {
  readonly child: ChildProcess
  /** Workers that it has now. */
  workers: number
  readonly sum: Promise<number>
  /** When it had its sum, in ms. */
  endedAt: number
}

interface Spins {
  readonly items: number
  readonly steps: number
  readonly budget: string
  readonly isFamine: boolean
}

export function programs(budget: string): Prepare {
  return (workload, items, settings) => {
    const steps = stepsFor(ITEM_US, settings['stepsPerUs'])
    const isFamine = workload.startsWith('famine')
    const spins = { items, steps, budget, isFamine }
    if (workload === 'killed') return { measure: () => killOne(spins) }
    return { measure: () => runAll(Number(workload.replace('famine', '')), spins) }
  }
}

async function runAll(count: number, spins: Spins): Promise<Figures> {
  const { items, steps } = spins
  const all = await startAll(count, spins)
  const begun = performance.now()
  let threads = 0
  const looking = setInterval(() => {
    if (performance.now() - begun > SETTLED_MS) threads = Math.max(threads, workersOf(all))
  }, 50)
  for (const { child } of all) child.stdin?.write('go\n')
  let expected = 0
  for (let item = 0; item < items; item++) expected += jump(item, steps)
  for (const { sum } of all) {
    if ((await sum) !== expected) throw new Error(`expected ${expected}, got ${await sum}`)
  }
  clearInterval(looking)
  const ended = all.map(({ endedAt }) => endedAt - begun)
  const wallMs = Math.max(...ended)
  return {
    itemsPerSecond: (count * items * 1000) / wallMs,
    wallMs,
    spread: wallMs / Math.min(...ended),
    // of each its caller's
    threads: threads + count,
    budget: availableParallelism() * THREADS_PER_PROCESSOR + count,
  }
}

/** Kills all programs but one, and measures how soon that one has a worker for each processor. */
async function killOne(spins: Spins): Promise<Figures> {
  // each has a worker
  const count = availableParallelism() * THREADS_PER_PROCESSOR
  const all = await startAll(count, { ...spins, items: spins.items * 100 })
  for (const { child } of all) child.stdin?.write('go\n')
  await settled(() => all.every(({ workers }) => workers === 1))
  const [last, ...killed] = all.reverse() as [Program, ...Program[]]
  for (const { child } of killed) child.kill('SIGKILL')
  const begun = performance.now()
  await settled(() => last.workers === availableParallelism())
  const freedMs = performance.now() - begun
  last.child.kill('SIGKILL')
  return { freedMs }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => void setTimeout(resolve, 10))
}

function workersOf(all: readonly Program[]): number {
  return all.reduce((sum, { workers }) => sum + workers, 0)
}

async function startAll(count: number, spins: Spins): Promise<Program[]> {
  const all = Array.from({ length: count }, () => start(spins))
  await Promise.all(all.map(({ child }) => once(child, 'message')))
  return all
}

function start({ items, steps, budget, isFamine }: Spins): Program {
  const args = [PROGRAM, String(items), String(steps), budget]
  const [command, ...rest] = isFamine
    ? ['setpriv', ...UNPRIVILEGED, 'prlimit', `--nproc=${FAMINE}`, process.execPath, ...args]
    : [process.execPath, ...args]
  const child = spawn(command as string, rest, { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] })
  const program: { -readonly [K in keyof Program]: Program[K] } = {
    child,
    workers: 0,
    endedAt: Number.NaN,
    sum: new Promise((resolve, reject) => {
      child.on('message', ({ workers, sum }: { workers?: number; sum?: number }) => {
        if (workers !== undefined) program.workers = workers
        if (sum === undefined) return
        program.endedAt = performance.now()
        program.workers = 0
        resolve(sum)
      })
      child.on('exit', (code, signal) => reject(new Error(`a program ended with ${code ?? signal}`)))
    }),
  }
  program.sum.catch(() => undefined) // a program that is killed has none, and it is not asked for
  return program
}
