/** `RankSums`: ranks of samples in groups, brought up to date with each sample. Called by `kruskalWallis`. Internal. */

import { addExact, type ExactSum, noSum } from '../exact/exact-sum.ts'

/** One group: its samples, sorted, and the sum of their ranks among the samples of all groups. */
export interface RankedGroup {
  readonly sorted: number[]
  rankSum: number
}

/** Plain data, so that it can be a state. */
export interface RankSums {
  /** Groups by name, in the order in which they were seen. */
  readonly groups: Map<string, RankedGroup>
  /** Samples in all groups. */
  count: number
  /** Sum of `t³ - t` over the sets of `t` equal samples, which may be beyond what a number holds exactly. */
  readonly ties: ExactSum
}

/** No samples. */
export function noRanks(): RankSums {
  return { groups: new Map(), count: 0, ties: noSum() }
}

/** Adds a group without samples. */
export function addGroup(ranks: RankSums, name: string): RankedGroup {
  const group: RankedGroup = { sorted: [], rankSum: 0 }
  ranks.groups.set(name, group)
  return group
}

/**
 * Adds a sample to `group`. Equal samples have the mean of the ranks that they take up.
 *
 * A new sample moves each larger one up by 1 and each equal one by 1/2, so the sums follow from counts alone. All
 * sums are multiples of 1/2, and exact.
 */
export function addSample(ranks: RankSums, group: RankedGroup, value: number): void {
  let [less, equal] = [0, 0]
  for (const other of ranks.groups.values()) {
    const below = firstAt(other.sorted, value, false)
    const upTo = firstAt(other.sorted, value, true)
    other.rankSum += (upTo - below) / 2 + (other.sorted.length - upTo)
    less += below
    equal += upTo - below
  }
  group.rankSum += less + equal / 2 + 1
  group.sorted.splice(firstAt(group.sorted, value, true), 0, value)
  ranks.count += 1
  // (t + 1)³ - (t + 1) - (t³ - t)
  addExact(ranks.ties, 3 * equal * (equal + 1))
}

/** Number of values below `value`; with `inclusive`, also those equal to it. */
function firstAt(sorted: readonly number[], value: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const at = sorted[middle] as number
    if (at < value || (inclusive && at === value)) low = middle + 1
    else high = middle
  }
  return low
}
