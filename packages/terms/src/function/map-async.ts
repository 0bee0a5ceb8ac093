/** `mapAsync`: an async function with several calls under way at once. */

import {
  type Awaitable,
  type KernelTerm,
  kernelTerm,
  settingNames,
  type TermSettings,
  withSettings,
} from '@millrace/core'
import { checkBoolean, checkFunction, checkOptions, checkWhole } from '../check.ts'

/** Options of {@link mapAsync}. */
export interface MapAsyncOptions<In = unknown, Out = never> extends TermSettings<In, Out> {
  /** Calls under way at most. Default 16. */
  readonly concurrency?: number
  /** Whether results leave in the order of their inputs. Default true. */
  readonly ordered?: boolean
}

/**
 * As `map`, with up to `concurrency` calls of `f` under way, for work that waits for something else:
 * requests, files, timers.
 *
 * `f` gets one argument, the item; where it resolves to `undefined` the input is filtered out. With
 * `ordered`, results leave in input order; those that wait for a slow one before them take up room of the output
 * (`capacityItems`, 1024 at most or twice `concurrency`), and calls go on beside them. Without it, each leaves as soon as
 * it is there. No further call is begun while the output is full.
 * Keeps no state.
 *
 * @throws {InvalidOptionError} if `f` is no function or an option is out of range.
 *
 * @example
 * ```ts
 * import { setTimeout } from 'node:timers/promises'
 * import { fromIterable, mapAsync, toArray } from 'millrace/terms'
 *
 * const slowFirst = async (n: number) => {
 *   await setTimeout(30 / n)
 *   return n * 10
 * }
 * const results = fromIterable([1, 2, 3]).pipe(mapAsync(slowFirst, { concurrency: 3 }))
 * console.log(await toArray(results)) // [ 10, 20, 30 ]
 * ```
 */
export function mapAsync<In, Out>(
  f: (item: In) => Awaitable<Out | undefined>,
  options: MapAsyncOptions<NoInfer<In>, NoInfer<Out>> = {},
): KernelTerm<In, Out> {
  checkOptions('mapAsync', options, { concurrency: true, ordered: true, ...settingNames })
  const { concurrency = 16, ordered = true, ...settings } = options
  checkFunction('mapAsync', f)
  checkWhole('concurrency of mapAsync()', concurrency, 1)
  checkBoolean('ordered of mapAsync()', ordered)
  // The engine would hand over the context as a second argument, and `f` may well take an optional second one.
  const onlyItem = (item: In) => f(item)
  const kernel = { kind: 'concurrent', self: {}, f: onlyItem, concurrency, ordered } as const
  return withSettings('mapAsync', kernelTerm<In, Out>('mapAsync', kernel), settings)
}
