/** What of a run's items was lost without an error, in lines for a terminal and for the summary. Called by `command/run.ts`. */

import type { Stats } from '@millrace/core'
import { lineOfLetters } from './failures.ts'

/** A figure that looks like success and may be none. */
export type LossKind = 'letters' | 'unmatched' | 'dropped'

/** The kinds of loss, as `--fail-on` names them. */
export const lossKinds: readonly LossKind[] = ['letters', 'unmatched', 'dropped']

/** A kind of loss that happened. */
export interface Loss {
  readonly figure: LossKind
  readonly items: number
  /** What was lost, where, and what to do. */
  readonly line: string
}

/** Terms in a line at most. */
const MAX_TERMS = 5

/** Each kind of loss that happened; none, if every item went where it was to go. `letters` is their file. */
export function lossesOf({ items, failures, nodes, edges }: Stats, letters: string | undefined): Loss[] {
  const losses: Loss[] = []
  const { deadLettered, unmatched, dropped } = items
  if (deadLettered > 0) {
    losses.push({ figure: 'letters', items: deadLettered, line: lineOfLetters(failures, letters) })
  }
  if (unmatched > 0) {
    const terms = named(nodes.map(({ id, unmatched: lost = 0 }) => [id, lost]))
    const remedy =
      'pair streams of one length (filter before a fork, not in one branch), or keep such items with kind: "left"'
    const line = `${counted(unmatched)} unmatched: they found no partner (${terms}); ${remedy} [UNMATCHED]`
    losses.push({ figure: 'unmatched', items: unmatched, line })
  }
  if (dropped > 0) {
    const where = named(edges.map(({ from, to, dropped: lost }) => [`${from} -> ${to}`, lost]))
    const remedy = 'raise capacityItems there, or choose overflow: "block"'
    const line = `${counted(dropped)} dropped by full edges (${where}); ${remedy} [DROPPED]`
    losses.push({ figure: 'dropped', items: dropped, line })
  }
  return losses
}

function counted(items: number): string {
  return items === 1 ? '1 item was' : `${items} items were`
}

function named(counts: readonly (readonly [name: string, count: number])[]): string {
  const found = counts.filter(([, count]) => count > 0).toSorted(([, one], [, other]) => other - one)
  const shown = found.slice(0, MAX_TERMS).map(([name, count]) => `${name} ${count}`)
  const more = found.length > MAX_TERMS ? [`${found.length - MAX_TERMS} more`] : []
  return [...shown, ...more].join(', ')
}
