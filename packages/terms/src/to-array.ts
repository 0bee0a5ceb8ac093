/** `toArray`: runs a source to its end and hands over its items. For tests, scripts and examples. */

import { type RowOf, type Runnable, type RunOptions, run, type Term } from '@millrace/core'
import { collect } from './sink/collect.ts'

/**
 * Runs `term`, which must need no input, on the caller's thread and resolves to its items, in order; of a
 * term with several outputs, to their rows.
 *
 * Short for piping into `collect()`, running, and reading its result. Holds everything in memory.
 *
 * @throws what the run fails with: a `TermError` if a term failed, an `OpenInputError` if an input is
 * missing.
 *
 * @example
 * ```ts
 * import { fromIterable, map, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(map((n) => n * 2)))) // [ 2, 4, 6 ]
 * ```
 */
export async function toArray<In, Out>(
  term: Term<In, Out> & Runnable<In>,
  options?: RunOptions,
): Promise<RowOf<Out>[]> {
  const items = collect<RowOf<Out>>()
  const source = term as unknown as Term<never, Out>
  const summary = await run(source.pipe(items), options).done
  return summary.result(items)
}
