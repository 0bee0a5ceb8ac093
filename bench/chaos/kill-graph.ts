// The graph whose workers are killed:
//
//   numbers -> map (some work) -> keyedScan (count and sum per key) -> map (flat) -> checking

import { graph } from 'millrace'
import { fromIterable, keyedScan, map } from 'millrace/terms'
import { Checking, type Result } from './checking.ts'
import { markOf } from './work.ts'

export interface KillParams {
  readonly items: number
  /** Steps of work for each. */
  readonly steps: number
}

/** Keys that the numbers fall under. */
export const KEYS = 1000
/** Recomputing every mark would cost as much as the run; every so-manieth must do. */
const MARKS_CHECKED = 101

interface Marked {
  readonly n: number
  readonly mark: number
}

/** What a key has seen when `n` reaches it is known: n, n - KEYS, n - 2 KEYS, … down to its remainder. */
export function isRight({ n, count, sum, mark }: Result, steps: number): boolean {
  const round = Math.floor(n / KEYS)
  const expected = (round + 1) * (n % KEYS) + (KEYS * round * (round + 1)) / 2
  return count === round + 1 && sum === expected && (n % MARKS_CHECKED !== 0 || mark === markOf(n, steps))
}

export default graph(import.meta.url, ({ items, steps }: KillParams) =>
  fromIterable(Array.from({ length: items }, (_, n) => n))
    .pipe(map((n): Marked => ({ n, mark: markOf(n, steps) })))
    .pipe(
      keyedScan(
        ({ n }) => n % KEYS,
        (state: Result, { n, mark }): Result => ({ n, mark, count: state.count + 1, sum: state.sum + n }),
        { n: -1, mark: 0, count: 0, sum: 0 },
      ),
    )
    .pipe(map(({ value }) => value))
    .pipe(new Checking({ items, isRight: (result) => isRight(result, steps) })),
)
