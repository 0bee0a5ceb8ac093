// What the contenders of the scaling suite share: one source whose every item goes to n terms, each with a sink of its
// own. LogicSponge's own benchmark draws it as `source * ((mult_0 * dump_0) | (mult_1 * dump_1) | …)`.
// The answer is the sum of all that all sinks got, worked out here without the contenders' functions.

import type { Figures, Measurable, Prepare } from '../harness/contracts.ts'
import { jump, spin, stepsFor } from '../shared/spin.ts'

/** Threads that may compute at the same time, where a contender can choose and nothing else is asked for. */
export const workers = 2

/** What a term of the CPU-bound workloads takes per item, in µs, if nothing else is asked for. */
export const bodyUs = 20

/** One workload, as a contender gets it. */
export interface Fan {
  readonly terms: number
  /** Items of the source: each goes to every term. */
  readonly items: number
  /** Steps of `spin` that a term takes per item; 0 for the light workloads. */
  readonly steps: number
}

/** What term `index` does with an item: all contenders call this. */
export function multiply(item: number, index: number, steps: number): number {
  return steps === 0 ? item * index : spin(item * index, steps)
}

/** A contender, ready for one workload. */
export interface Ready {
  /** Builds everything anew, runs it, and answers with the sum over all sinks. */
  readonly run: () => number | Promise<number>
  readonly figures?: () => Figures | Promise<Figures>
  readonly close?: () => unknown
}

/** `light200` is 200 terms that multiply; `cpu200` is 200 terms that take 20 µs. */
export function scaling(make: (fan: Fan, workers: number) => Ready): Prepare {
  return (workload, outputs, settings): Measurable => {
    const [, kind, terms] = /^(light|cpu)(\d+)$/.exec(workload) ?? []
    if (kind === undefined) throw new Error(`no workload ${workload}`)
    const fan = {
      terms: Number(terms),
      items: Math.max(1, Math.round(outputs / Number(terms))),
      steps: kind === 'light' ? 0 : stepsFor(settings['bodyUs'] ?? bodyUs, settings['stepsPerUs']),
    }
    const expected = answerOf(fan)
    return {
      ...make(fan, settings['workers'] ?? workers),
      items: fan.terms * fan.items,
      check: (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`),
    }
  }
}

function answerOf({ terms, items, steps }: Fan): number {
  let sum = 0
  for (let index = 0; index < terms; index++) {
    for (let item = 0; item < items; item++) sum += steps === 0 ? item * index : jump(item * index, steps)
  }
  return sum
}
