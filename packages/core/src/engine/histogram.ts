/**
 * `Histogram`: counts times in classes that double; coarse, small, and mergeable by addition. Filled by edges, by
 * checkpoints and by workers; read through `quantileMs`.
 *
 * It is never emptied: whoever wants a window subtracts an earlier reading, and so takes nothing from other readers.
 */

import type { Durations } from '../stats.ts'

/** Classes: up to 1 µs, 2 µs, 4 µs, …, about 9 minutes and more. */
export const DURATION_CLASSES = 30

/** Counts times by their order of magnitude. */
export class Histogram {
  count = 0
  sumMs = 0
  /** Entry `i` counts times of up to 2^i µs. */
  readonly counts: number[] = new Array(DURATION_CLASSES).fill(0)

  add(ms: number): void {
    const micros = Math.min(2 ** 31, Math.max(1, Math.ceil(ms * 1000)))
    const at = Math.min(DURATION_CLASSES - 1, 32 - Math.clz32(micros - 1))
    this.counts[at] = (this.counts[at] as number) + 1
    this.count++
    this.sumMs += Math.max(0, ms)
  }

  /** Adds what another one has counted. */
  merge({ count, sumMs, classes }: Durations): void {
    this.count += count
    this.sumMs += sumMs
    classes.forEach((more, at) => {
      this.counts[at] = (this.counts[at] as number) + more
    })
  }

  /** What it has counted so far. */
  get figures(): Durations {
    const { count, sumMs, counts } = this
    return { count, sumMs, classes: counts.slice(0, counts.findLastIndex((some) => some > 0) + 1) }
  }
}

/**
 * The time, in ms, within which a share of some durations was: an estimate, since only the class is known, which is at most
 * twice as long. `undefined` if there was none.
 *
 * @param share from 0 to 1: 0.5 for the median
 * @param before an earlier reading of the same durations; only those since then count
 * @example
 * ```ts
 * import { quantileMs, run } from 'millrace'
 * import { forEach, fromIterable } from 'millrace/terms'
 *
 * const slow = forEach(() => new Promise((resolve) => setTimeout(resolve, 5)))
 * const { edges } = await run(fromIterable([1, 2, 3, 4]).pipe(slow.edge({ capacityItems: 1 }))).done
 * const waits = edges[0]?.waits
 * console.log(waits !== undefined && (quantileMs(waits, 0.99) ?? 0) > 2) // true
 * ```
 */
export function quantileMs(durations: Durations, share: number, before?: Durations): number | undefined {
  const counts = durations.classes.map((count, at) => Math.max(0, count - (before?.classes[at] ?? 0)))
  const sum = counts.reduce((all, count) => all + count, 0)
  let left = Math.min(1, Math.max(0, share)) * sum
  for (const [at, count] of counts.entries()) {
    if (count > 0 && left <= count) {
      const [from, to] = [at === 0 ? 0 : 2 ** (at - 1), 2 ** at]
      return (from + (to - from) * (left / count)) / 1000
    }
    left -= count
  }
  return undefined
}
