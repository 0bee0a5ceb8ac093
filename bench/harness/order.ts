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
    for (const together of processes(suite.workloads, mode)) {
      for (const contender of suite.contenders) {
        if (round >= roundsOf(contender, mode, rounds)) continue
        const tasks = together
          .filter((workload) => contender.leftOut?.[workload.name] === undefined)
          .map((workload) => ({ workload: workload.name, items: itemsFor(contender, workload, mode) }))
        if (tasks.length > 0) forward.push({ round, contender, tasks: reversedEverySecond(tasks, round) })
      }
    }
    all.push(...reversedEverySecond(forward, round))
  }
  return all
}

export function roundsOf(contender: Contender, mode: Mode, rounds: number): number {
  return Math.min(rounds, contender.rounds?.[mode] ?? rounds)
}

export function itemsFor(contender: Contender, workload: Workload, mode: Mode): number {
  return Math.round(workload.items[mode] * (contender.share?.[mode] ?? 1))
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
