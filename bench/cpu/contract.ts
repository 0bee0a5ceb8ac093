// What the contenders of the cpu suite share: the workloads, and how a way to run them becomes `prepare`.
// Every contender sums where `spin` ends from 0, 1, 2, … up to the number of items; the sum is checked by jumping.

import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { jump, stepsFor } from '../shared/spin.ts'

/** How long one item takes, in µs, by the name of the workload. */
export const grainsUs: Readonly<Record<string, number>> = {
  '5us': 5,
  '50us': 50,
  '1ms': 1_000,
  '10ms': 10_000,
}

/** Threads that may compute at the same time, in every contender that has threads. */
export const workers = 2

/** One workload, as a contender gets it. */
export interface Spins {
  readonly items: number
  /** Steps of `spin` per item. */
  readonly steps: number
  readonly grainUs: number
}

/** A contender, ready for one workload. */
export interface Ready {
  /** Computes the sum, from scratch each time. Threads may stay between runs: starting them is another suite. */
  readonly run: () => number | Promise<number>
  readonly figures?: () => Figures
  readonly close?: () => unknown
}

export function cpu(make: (spins: Spins) => Ready | Promise<Ready>): Prepare {
  return async (workload, items, settings): Promise<Measurable> => {
    const grainUs = grainsUs[workload]
    if (grainUs === undefined) throw new Error(`no workload ${workload}`)
    const steps = stepsFor(grainUs, settings['stepsPerUs'])
    let expected = 0
    for (let item = 0; item < items; item++) expected += jump(item, steps)
    return {
      ...(await make({ items, steps, grainUs })),
      items,
      check: (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`),
    }
  }
}

/** Chunks worth trying: 0.25, 1, 4 and 16 ms of work, and one item where that is more. */
export function chunkSizes({ items, grainUs }: Spins): number[] {
  const sizes = [250, 1_000, 4_000, 16_000].map((us) => Math.max(1, Math.round(us / grainUs)))
  return [...new Set(sizes)].filter((size) => size * workers <= items)
}
