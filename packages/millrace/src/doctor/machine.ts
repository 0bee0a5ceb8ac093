/** What the machine and the process have for runs: Node, processors, memory, threads, files. Called by `command/doctor.ts`. */

import { readFileSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { messageOf } from '@millrace/core'
import { governor, MachineBoard, type Program, usableProcessors } from '@millrace/scheduler'
import { type Finding, note, ok, problem } from './finding.ts'

/** What is asked of the system: a test hands in a stand-in. */
export interface System {
  /** Of Node, as `process.versions.node`. */
  readonly node: string
  /** What a file of the system says; `undefined` where there is none. */
  read(path: string): string | undefined
  /** The user's programs that have workers now. */
  programs(): readonly Program[]
  /** Rejects if no thread can be started. */
  startThread(): Promise<void>
}

/** This machine. */
export const system: System = {
  node: process.versions.node,
  read(path) {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return undefined
    }
  },
  programs: () => new MachineBoard().others(),
  startThread: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker('', { eval: true, execArgv: [] })
      worker.once('error', reject)
      worker.once('exit', () => resolve())
    }),
}

const LEAST_NODE = [20, 19] as const
/** With fewer open files workers are refused now and then. */
const FILES = 256
const MIB = 2 ** 20

/** Looks at the machine; each finding once, in the order of the table. */
export async function machineFindings(from: System = system): Promise<Finding[]> {
  return [
    nodeFinding(from.node),
    codeFinding(),
    processorsFinding(from),
    ...memoryFindings(from),
    await threadFinding(from),
    programsFinding(from.programs()),
    ...limitFindings(from),
  ]
}

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return isEnough
    ? ok('Node', version)
    : problem('Node', version, `Millrace needs Node ${LEAST_NODE.join('.')} or later.`)
}

/** The engine's loops are generated. */
function codeFinding(): Finding {
  try {
    new Function('return 1')()
    return ok('generated code', 'allowed')
  } catch {
    return problem('generated code', 'refused', 'Start Node without --disallow-code-generation-from-strings.')
  }
}

function processorsFinding({ read }: System): Finding {
  const [all, usable] = [availableParallelism(), usableProcessors(() => read('/sys/fs/cgroup/cpu.max'))]
  const quota = read('/sys/fs/cgroup/cpu.max')
  const seen = `${usable} usable of ${all}${quota === undefined ? '' : `, cgroup quota ${quota}`}`
  const isOne = usable === 1
  return isOne
    ? note('processors', seen, 'Strategies with workers do not make work that computes faster here.')
    : ok('processors', seen, `scheduler.workers is ${usable} by default.`)
}

function memoryFindings({ read }: System): Finding[] {
  const limit = read('/sys/fs/cgroup/memory.max')
  const bounded = limit === undefined || limit === 'max' ? undefined : Number(limit)
  const heap = getHeapStatistics().heap_size_limit
  const seen = `${mib(freemem())} free of ${mib(totalmem())}, cgroup limit ${bounded === undefined ? 'none' : mib(bounded)}`
  const isTight = bounded !== undefined && heap > bounded
  return [
    ok('memory', seen),
    isTight
      ? note('heap', mib(heap), 'It may outgrow the cgroup: set NODE_OPTIONS=--max-old-space-size.')
      : ok('heap', `${mib(heap)} at most for each thread`),
  ]
}

/** Who else has workers here now. */
function programsFinding(others: readonly Program[]): Finding {
  if (others.length === 0) return ok('other programs', 'none of yours with workers')
  const seen = others.map(({ pid, threads }) => `${pid} with ${threads}`).join(', ')
  const advice =
    'All have the same share of the threads; scheduler.budget: "process" does not look at others.'
  return note('other programs', `with workers: ${seen}`, advice)
}

async function threadFinding({ startThread }: System): Promise<Finding> {
  const { budget } = governor()
  const seen = `${budget} at most over all runs of a process`
  try {
    await startThread()
    return ok('threads', seen)
  } catch (error) {
    const advice =
      'Runs go on without workers, on one thread. Raise ulimit -u, or the pids limit of the container.'
    return note('threads', `none can be started: ${messageOf(error)}`, advice)
  }
}

function limitFindings({ read }: System): Finding[] {
  const limits = read('/proc/self/limits')
  if (limits === undefined) return []
  const of = (name: string): string => new RegExp(`^${name} +(\\S+)`, 'm').exec(limits)?.[1] ?? 'unknown'
  const files = of('Max open files')
  const pids = read('/sys/fs/cgroup/pids.max')
  const processes = `${of('Max processes')}${pids === undefined || pids === 'max' ? '' : `, cgroup limit ${pids}`}`
  return [
    Number(files) < FILES
      ? note('open files', files, `Workers need some: ulimit -n ${4 * FILES} is enough for most programs.`)
      : ok('open files', files),
    ok('processes', processes),
  ]
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB).toLocaleString('en')} MiB`
}
