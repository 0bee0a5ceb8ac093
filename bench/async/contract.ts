// What the contenders of the async suite share: the workloads, and how a way to make calls becomes `prepare`. Each item is
// one call; at most `concurrency` of them are under way, and the sum of their results is checked.

import { setTimeout as after } from 'node:timers/promises'
import type { Measurable, Prepare } from '../harness/contracts.ts'
import { type Made, requests } from './requests.ts'

/** One workload, as a contender gets it. */
export interface Calls {
  readonly items: number
  /** Calls under way at most. */
  readonly concurrency: number
  /** Resolves to the answer to an item. */
  readonly call: (item: number) => Promise<number>
}

/** Makes a call for each of 0, 1, 2, … and adds up the answers. */
export type Sum = (calls: Calls) => Promise<number>

/** The time limit of calls that have one, in ms: it never runs out. */
export const TIMEOUT_MS = 10_000
/** Attempts of calls that are made again when they fail: none does. */
export const ATTEMPTS = 3

interface Wait {
  readonly concurrency: number
  readonly make: () => Made | Promise<Made>
}

const waits: Readonly<Record<string, Wait>> = {
  microtask: { concurrency: 100, make: () => ({ call: async (item) => item + 1 }) },
  immediate: {
    concurrency: 100,
    make: () => ({ call: (item) => new Promise((resolve) => setImmediate(resolve, item + 1)) }),
  },
  timer: { concurrency: 100, make: () => ({ call: (item) => after(1, item + 1) }) },
  http: { concurrency: 64, make: () => requests('even', 64) },
  httpHeavyTail: { concurrency: 64, make: () => requests('heavy', 64) },
}

export function async(sum: Sum): Prepare {
  return async (workload, items): Promise<Measurable> => {
    const wait = waits[workload]
    if (wait === undefined) throw new Error(`no workload ${workload}`)
    const { concurrency, make } = wait
    const { call, close } = await make()
    const expected = (items * (items + 1)) / 2
    return {
      items,
      run: () => sum({ items, concurrency, call }),
      check: (answer) => (answer === expected ? undefined : `expected ${expected}, got ${String(answer)}`),
      ...(close === undefined ? {} : { close }),
    }
  }
}

/** 0, 1, 2, … below `end`. */
export function* upTo(end: number): Generator<number> {
  for (let item = 0; item < end; item++) yield item
}
