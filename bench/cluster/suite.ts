// The cluster suite: hosts of a distributed run are killed, stopped, cut off and exchanged, and its server is killed; the
// question is what is lost. Each of these workloads makes runs until enough has happened, and compares their files with
// those of the undisturbed run. Four more measure speed, one counts schedules of the model. The harness reads these lists.

import type { Contender, Suite } from '../harness/contracts.ts'
import { reasonAgainstNamespaces } from './network.ts'
import { clusterRatios } from './ratios.ts'
import { hasServerProgram } from './server.ts'

const once = { quick: 1, full: 1 } as const
const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const

const chaos = ['kills', 'zombies', 'serverKills', 'rescales']
const speed = ['shuffle', 'stages', 'recovery', 'commits']
const all = [...chaos, 'partitions', ...speed, 'model']

function contender(name: string, workloads: readonly string[]): Contender {
  const others = all.filter((workload) => !workloads.includes(workload))
  const leftOut = Object.fromEntries(others.map((workload) => [workload, 'of another contender']))
  return { name, file: `${name}.ts`, backpressure: true, leftOut }
}

/** Processor time is read from `/proc`. */
function withoutProc(one: Contender): Contender {
  if (process.platform === 'linux') return one
  return {
    ...one,
    leftOut: { ...one.leftOut, commits: 'processor time is read from /proc, which Linux alone has' },
  }
}

export const suite: Suite = {
  name: 'cluster',
  question: 'what is lost when hosts, networks and servers fail?',
  isApart: true,
  subject: 'distributed',
  figure: { name: 'runMs', label: 'ms', better: 'lower' },
  columns: [
    { figure: 'runs', label: 'runs' },
    { figure: 'kills', label: 'kills' },
    { figure: 'steps', label: 'steps' },
    { figure: 'partitions', label: 'partitions' },
    { figure: 'zombies', label: 'zombies' },
    { figure: 'serverKills', label: 'server kills' },
    { figure: 'rescales', label: 'rescales' },
    { figure: 'lost', label: 'lost' },
    { figure: 'doubled', label: 'doubled' },
    { figure: 'mismatches', label: 'mismatches' },
    { figure: 'stuck', label: 'stuck' },
    { figure: 'recordsPerSecond', label: 'records/s' },
    { figure: 'scaling2over1', label: '2 hosts over 1' },
    { figure: 'recoveryMs', label: 'recovery ms' },
    { figure: 'commitOverhead', label: 'commits, share of processor time' },
    { figure: 'schedules', label: 'schedules' },
    { figure: 'violations', label: 'violations' },
  ],
  window: { quick: window, full: window },
  // each has a server, hosts and files of its own; what is measured comes after them, undisturbed
  lanes: [['kills'], ['partitions', 'zombies'], ['serverKills', 'rescales']],
  rounds: once,
  giveUpAfterMs: { quick: 300_000, full: 3_600_000 },
  absent: (names) => {
    const reason = hasServerProgram() ? undefined : 'there is no nats-server on the path'
    const namespaces = reasonAgainstNamespaces()
    const found = names.map((name) => [name, reason ?? (name === 'partitioned' ? namespaces : undefined)])
    return Object.fromEntries(found.filter(([name, why]) => name !== 'model' && why !== undefined))
  },
  contenders: [
    contender('distributed', chaos),
    contender('partitioned', ['partitions']),
    withoutProc(contender('speed', speed)),
    contender('model', ['model']),
  ],
  workloads: [
    { name: 'kills', items: { quick: 100, full: 300 } },
    { name: 'partitions', items: { quick: 20, full: 60 } },
    { name: 'zombies', items: { quick: 10, full: 30 } },
    { name: 'serverKills', items: { quick: 5, full: 15 } },
    { name: 'rescales', items: { quick: 20, full: 60 } },
    { name: 'shuffle', items: { quick: 1_000_000, full: 3_000_000 } },
    { name: 'stages', items: { quick: 4000, full: 10_000 } },
    { name: 'recovery', items: { quick: 1_000_000, full: 1_000_000 } },
    { name: 'commits', items: { quick: 1_000_000, full: 4_000_000 } },
    { name: 'model', items: { quick: 4000, full: 200_000 } },
  ],
  targets: [
    { ratio: 'kills', atLeast: 100 },
    { ratio: 'partitions', atLeast: 20 },
    { ratio: 'zombies', atLeast: 10 },
    { ratio: 'serverKills', atLeast: 5 },
    { ratio: 'rescales', atLeast: 20 },
    { ratio: 'lost', atMost: 0 },
    { ratio: 'doubled', atMost: 0 },
    { ratio: 'mismatches', atMost: 0 },
    { ratio: 'stuck', atMost: 0 },
    { ratio: 'failed', atMost: 0 },
    { ratio: 'leftOpen', atMost: 0 },
    { ratio: 'violations', atMost: 0 },
    { ratio: 'recordsPerSecond', atLeast: 300_000 },
    { ratio: 'scaling2over1', atLeast: 1.7 },
    { ratio: 'recoveryMs', atMost: 3000 },
    { ratio: 'commitOverhead', atMost: 0.05 },
  ],
  ratios: clusterRatios,
}
