/**
 * `Sampler`: estimates how a fused stage's time is shared among its terms, which run in one loop. Made by `FusedStage`.
 *
 * Now and then a few items go through a loop of their own, in which each call is timed: clocks around every call of the
 * hot loop would cost more than light terms do, and other functions in it would make V8 compile it again.
 */

import { performance } from 'node:perf_hooks'

type ItemFunction = (...args: unknown[]) => unknown

/** Work of a stage before its first sample, in ms: short runs pay for none. */
const FIRST_MS = 2
/** Work between two samples, in ms; and at least so many times what the last one took: one item may lead to a million. */
const EVERY_MS = 50
const EVERY_TIMES = 20
/** Items in a sample at most. */
export const SAMPLE_ITEMS = 16

/** Times the terms of one stage. */
export class Sampler {
  /** Time in each term, in ms, over all samples. */
  readonly #ms: number[]
  #dueAt = FIRST_MS
  /** What the source's last array took, per item. */
  #pullMsPerItem = 0

  constructor(terms: number) {
    this.#ms = new Array<number>(terms).fill(0)
  }

  /** Whether a stage that has worked for so many ms is to be sampled. */
  isDue(processingMs: number): boolean {
    return processingMs >= this.#dueAt
  }

  /** The functions, each call of which is timed. */
  timed(functions: readonly ItemFunction[]): ItemFunction[] {
    const ms = this.#ms
    return functions.map(
      (f, at) =>
        function (this: unknown, ...args: unknown[]): unknown {
          const begun = performance.now()
          try {
            return Reflect.apply(f, this, args)
          } finally {
            ms[at] = (ms[at] as number) + performance.now() - begun
          }
        },
    )
  }

  /** The iterator that term `at` gave, each step of which is timed. */
  timedIterator(iterator: Iterator<unknown>, at: number): { next(): unknown } {
    const ms = this.#ms
    return {
      next: () => {
        const begun = performance.now()
        try {
          return iterator.next()
        } finally {
          ms[at] = (ms[at] as number) + performance.now() - begun
        }
      },
    }
  }

  /** A source of arrays gave one. */
  pulled(ms: number, items: number): void {
    this.#pullMsPerItem = ms / Math.max(1, items)
  }

  /** A sample of so many items was taken, of the source itself if `isInput`; it took so many ms. */
  took(items: number, isInput: boolean, processingMs: number, tookMs: number): void {
    if (isInput) this.#ms[0] = (this.#ms[0] as number) + items * this.#pullMsPerItem
    this.#dueAt = processingMs + tookMs + Math.max(EVERY_MS, EVERY_TIMES * tookMs)
  }

  /** Share of each term in the stage's time; `undefined` before the first sample. */
  get shares(): number[] | undefined {
    const sum = this.#ms.reduce((all, ms) => all + ms, 0)
    return sum > 0 ? this.#ms.map((ms) => ms / sum) : undefined
  }
}
