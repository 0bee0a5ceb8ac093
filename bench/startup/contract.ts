// What the contenders of the startup suite share: a few items of 1 ms, and a stopwatch that begins before the library is
// loaded. A contender imports its library only when it is started, so that loading it is part of what is measured.

import type { Measurable, Prepare } from '../harness/contracts.ts'
import { jump, stepsFor } from '../shared/spin.ts'

/** Threads that a contender asks for, where it can choose. */
export const workers = 2

const bodyUs = 1_000

/** One start, as a contender gets it. */
export interface Start {
  readonly items: number
  /** Steps of `spin` per item. */
  readonly steps: number
}

/** A contender: what it has loaded, and how it gives its outputs to the sink. */
export interface Ready {
  readonly run: (start: Start, sink: (output: number) => void) => Promise<unknown>
  readonly close?: () => unknown
}

/** @param load imports the library and what else the contender needs. */
export function startup(load: () => Promise<Ready>): Prepare {
  return (workload, items, settings): Measurable => {
    if (workload !== 'cold') throw new Error(`no workload ${workload}`)
    const steps = stepsFor(bodyUs, settings['stepsPerUs'])
    let expected = 0
    for (let n = 0; n < items; n++) expected += jump(n, steps)
    let close: Ready['close']
    return {
      measure: async () => {
        let firstOutputMs = Number.NaN
        let lastOutputMs = Number.NaN
        let sum = 0
        const startMs = performance.now()
        const ready = await load()
        close = ready.close
        const loadMs = performance.now() - startMs
        await ready.run({ items, steps }, (output) => {
          lastOutputMs = performance.now() - startMs
          if (Number.isNaN(firstOutputMs)) firstOutputMs = lastOutputMs
          sum += output
        })
        if (sum !== expected) throw new Error(`wrong answer: expected ${expected}, got ${sum}`)
        return { loadMs, firstOutputMs, lastOutputMs }
      },
      close: () => close?.(),
    }
  }
}
