/** The law of conservation, as a check: every item that came into a run is accounted for. */

import { MillraceError } from '../errors.ts'
import type { Ledger } from '../stats.ts'

/**
 * Whether `in + copied + expanded = out + filtered + joined + dropped + deadLettered + unmatched + discarded`.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, take } from 'millrace/terms'
 * import { isBalanced } from 'millrace/testing'
 *
 * const { items } = await run(fromIterable([1, 2, 3]).pipe(take(2))).done
 * console.log(isBalanced(items), isBalanced({ ...items, out: items.out + 1 })) // true false
 * ```
 */
export function isBalanced(ledger: Ledger): boolean {
  return arrived(ledger) === gone(ledger) && Object.values(ledger).every((count: number) => count >= 0)
}

function arrived({ in: born, copied, expanded }: Ledger): number {
  return born + copied + expanded
}

function gone(ledger: Ledger): number {
  const { out, filtered, joined, dropped, deadLettered, unmatched, discarded } = ledger
  return out + filtered + joined + dropped + deadLettered + unmatched + discarded
}

/**
 * Checks the ledger of a run that has ended normally: balanced, no figure negative, nothing discarded.
 *
 * @throws {MillraceError} with code `UNBALANCED` and all figures.
 * @example
 * ```ts
 * import { kernelTerm, run } from '@millrace/core'
 * import { checkLedger } from '@millrace/core/testing'
 *
 * const numbers = kernelTerm<never, number>('numbers', { kind: 'source', self: {}, f: () => [1, 2, 3] })
 * checkLedger(await run(numbers).done)
 * ```
 */
export function checkLedger(summary: { readonly items: Ledger }): void {
  const { items } = summary
  if (isBalanced(items) && items.discarded === 0) return
  const figures = Object.entries(items).map(([name, count]) => `${name} ${count}`)
  throw new MillraceError(
    'UNBALANCED',
    `The ledger does not add up: ${arrived(items)} arrived, ${gone(items)} are accounted for (${figures.join(', ')}).`,
  )
}
