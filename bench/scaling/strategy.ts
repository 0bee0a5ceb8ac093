// Millrace under one strategy. Called by the contenders that are strategies; the graph is the same for all.

import { run, type SchedulerOptions, type Strategy } from 'millrace'
import type { Figures, Prepare } from '../harness/contracts.ts'
import { heapAtRestBytes } from '../shared/heap.ts'
import { type Fan, scaling } from './contract.ts'
import fanGraph from './fan-graph.ts'

/** Strategies that take a number of workers. */
const withWorkers: readonly Strategy[] = ['pool', 'work-stealing', 'hybrid']

export function under(options: SchedulerOptions & { readonly strategy: Strategy }): Prepare {
  return scaling((fan, workers) => {
    const scheduler = withWorkers.includes(options.strategy) ? { ...options, workers } : options
    return {
      run: async () => {
        const { results } = await run(fanGraph(fan), { scheduler }).done
        return Object.values(results).reduce<number>((sum, result) => sum + (result as number), 0)
      },
      figures: () => heapOf(fan, scheduler),
    }
  })
}

/** What a graph takes at rest does not depend on its traffic: the runs for the heap are short. */
const heapItems = 5

/**
 * What a term of the graph takes of this thread's heap, its sink and its edges included: against a graph of one term,
 * once when everything has been entered and once when the run is over and its graph, handle and summary are still held.
 */
async function heapOf(fan: Fan, scheduler: SchedulerOptions): Promise<Figures> {
  const light = { ...fan, items: heapItems, steps: 0 }
  const one = await heapOfRun({ ...light, terms: 1 }, scheduler)
  const all = await heapOfRun(light, scheduler)
  const perTerm = (bytes: number, of: number) =>
    fan.terms === 1 ? 0 : (bytes - of) / 1_024 / (fan.terms - 1)
  const heapKbPerTermEntered = perTerm(all.enteredBytes, one.enteredBytes)
  const heapKbPerTermDone = perTerm(all.doneBytes, one.doneBytes)
  return {
    heapKbPerTermEntered,
    heapKbPerTermDone,
    heapKbPerTerm: Math.max(heapKbPerTermEntered, heapKbPerTermDone),
  }
}

async function heapOfRun(fan: Fan, scheduler: SchedulerOptions) {
  const before = heapAtRestBytes()
  const graph = fanGraph(fan)
  const running = run(graph, { scheduler })
  let enteredBytes = 0
  running.on('start', () => {
    enteredBytes = heapAtRestBytes() - before
  })
  const summary = await running.done
  const doneBytes = heapAtRestBytes() - before
  // named here so that none of them is garbage when the heap is looked at
  return { enteredBytes, doneBytes, held: [graph, running, summary] }
}
