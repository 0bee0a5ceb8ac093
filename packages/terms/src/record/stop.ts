/** `stop`: the end of a branch. */

import { type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Takes every item and gives none: ends a branch whose items nobody needs.
 *
 * LogicSponge's Stop; Pekko's `Sink.ignore`. It has no output, so nothing can follow it, and a named `parallel` has no
 * column for it; to go on with an empty stream, use `filter(() => false)`. Keeps no state and holds nothing back.
 * `stop()` of a run is something else: it ends the sources.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, stop, tap } from 'millrace/terms'
 *
 * const seen: number[] = []
 * const { items } = await run(fromIterable([1, 2]).pipe(tap((n) => seen.push(n)), stop())).done
 * console.log(seen, items.out) // [ 1, 2 ] 2
 * ```
 */
export function stop(): KernelTerm<unknown, never> {
  return kernelTerm('stop', { kind: 'sink', self: {}, f: ignore })
}

function ignore(): void {}
