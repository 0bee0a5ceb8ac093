// The chaos workloads under one strategy. Called by the contenders that are strategies; the graphs are the same for all.

import { run, type SchedulerOptions } from 'millrace'
import { killWorkers } from 'millrace/testing'
import type { Seen } from './checking.ts'
import type { Chaos, KillFigures, PoisonFigures } from './contract.ts'
import killGraph from './kill-graph.ts'
import poisonGraph from './poison-graph.ts'

export interface StrategyOptions {
  readonly scheduler: SchedulerOptions
  /** Milliseconds between two kills, on the mean. */
  readonly everyMs?: number
  /** Steps of work for each item: a run must last for some kills. */
  readonly steps?: number
  /** Kills after which a run comes to its end: on a busy machine, workers would be killed before they have done anything. */
  readonly mostKills?: number
}

/** Fewer kills than this say little. */
const LEAST_KILLS = 4
/** On a machine so fast that a run sees fewer, it is run again, so many times at most. */
const RUNS = 5

export function under(options: StrategyOptions): Chaos {
  const { scheduler, mostKills = 20 } = options
  const leastKills = Math.min(LEAST_KILLS, mostKills)
  return {
    async kills(items) {
      const sums = { lost: 0, doubled: 0, kills: 0 }
      for (let turn = 0; turn < RUNS && sums.kills < leastKills; turn++) {
        add(sums, await runKilled(items, { ...options, mostKills }, turn))
      }
      return sums
    },
    poison: (items) => runPoisoned(items, scheduler),
  }
}

async function runKilled(
  items: number,
  { scheduler, everyMs = 200, steps = 200, mostKills }: StrategyOptions & { readonly mostKills: number },
  seed: number,
): Promise<KillFigures> {
  const running = run(killGraph({ items, steps }), { scheduler })
  const killer = killWorkers(running, { seed, everyMs, kills: mostKills })
  const { results } = await running.done
  const { lost, doubled } = seenIn(results)
  return { lost, doubled, kills: killer.kills }
}

async function runPoisoned(items: number, scheduler: SchedulerOptions): Promise<PoisonFigures> {
  const running = run(poisonGraph({ items, poison: Math.floor(items * 0.6) }), { scheduler })
  const letters = running.deadLetters()
  let deadLetters = 0
  const counting = (async () => {
    for await (const _letter of letters) deadLetters++
  })()
  const { results } = await running.done
  await counting
  const { lost, doubled } = seenIn(results)
  return { lost, doubled, deadLetters }
}

function seenIn(results: Readonly<Record<string, unknown>>): Seen {
  return results['checking'] as Seen
}

function add(sums: { lost: number; doubled: number; kills: number }, more: KillFigures): void {
  sums.lost += more.lost
  sums.doubled += more.doubled
  sums.kills += more.kills
}
