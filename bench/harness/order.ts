// Which process runs when: every round visits every contender of every workload once, and every second round runs
// backwards, so that a machine that warms or tires favours nobody. Pure: it starts nothing.

import type { Contender, Mode, Suite, Task, Workload } from './contracts.ts'

/** One process to start. */
export interface Turn {
  readonly round: number
  readonly contender: Contender
  readonly tasks: readonly Task[]
}

/** ABC in the first round, CBA in the second, ABC in the third. */
export function reversedEverySecond<T>(list: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? list : [...list].reverse()
}

export function turns(suite: Suite, mode: Mode, rounds = suite.rounds[mode]): Turn[] {
  const all: Turn[] = []
  for (let round = 0; round < rounds; round++) {
    const forward: Turn[] = []
    for (const together of processes(workloadsIn(suite, mode), mode)) {
      for (const contender of suite.contenders) {
        if (round >= roundsOf(contender, mode, rounds)) continue
        const tasks = together
          .filter((workload) => leftOutOf(contender, workload, mode) === undefined)
          .map((workload) => ({ workload: workload.name, items: itemsFor(contender, workload, mode) }))
        if (tasks.length > 0) forward.push({ round, contender, tasks: reversedEverySecond(tasks, round) })
      }
    }
    all.push(...reversedEverySecond(forward, round))
  }
  return all
}

/** Turns by lanes: what is in no lane comes behind them, by itself. */
export function inLanes(order: readonly Turn[], lanes: Suite['lanes'] = []): Turn[][][] {
  const isIn = ({ tasks }: Turn, names: readonly string[]): boolean =>
    tasks.every(({ workload }) => names.includes(workload))
  const side = lanes
    .map((names) => order.filter((turn) => isIn(turn, names)))
    .filter(({ length }) => length > 0)
  const rest = order.filter((turn) => !side.some((lane) => lane.includes(turn)))
  return [...(side.length > 0 ? [side] : []), ...rest.map((turn) => [[turn]])]
}

export function roundsOf(contender: Contender, mode: Mode, rounds: number): number {
  return Math.min(rounds, contender.rounds?.[mode] ?? rounds)
}

export function itemsFor(contender: Contender, workload: Workload, mode: Mode): number {
  const share = contender.shares?.[workload.name] ?? contender.share
  return Math.max(1, Math.round(workload.items[mode] * (share?.[mode] ?? 1)))
}

/** The workloads of a mode: some take too long for the quick one. */
export function workloadsIn(suite: Suite, mode: Mode): readonly Workload[] {
  return suite.workloads.filter(({ fullOnly }) => mode === 'full' || fullOnly !== true)
}

/** Why a contender does not get a workload; undefined when it does. */
export function leftOutOf(contender: Contender, { name }: Workload, mode: Mode): string | undefined {
  const reason = contender.leftOut?.[name]
  if (reason !== undefined || mode === 'full' || contender.inQuick === undefined) return reason
  return contender.inQuick.includes(name) ? undefined : 'takes too long for quick mode'
}

function processes(workloads: readonly Workload[], mode: Mode): Workload[][] {
  const groups = new Map<string, Workload[]>()
  for (const workload of workloads) {
    const key =
      mode === 'quick' && workload.process !== undefined ? `shared ${workload.process}` : workload.name
    groups.set(key, [...(groups.get(key) ?? []), workload])
  }
  return [...groups.values()]
}
