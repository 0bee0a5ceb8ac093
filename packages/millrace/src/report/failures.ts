/** What failed in a run, in a line for a terminal. Called by `command/run.ts`. */

import type { FailureRate, Failures } from '@millrace/core'

/** Terms in a line at most. */
const MAX_TERMS = 5

/** `12 items were set aside (parse 10, fetch 2); see letters.ndjson`. */
export function lineOfLetters({ deadLettered, byTerm }: Failures, file: string | undefined): string {
  const terms = Object.entries(byTerm)
    .map(([id, counts]) => [id, counts.deadLettered] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one)
  const named = terms.slice(0, MAX_TERMS).map(([id, count]) => `${id} ${count}`)
  const more = terms.length > MAX_TERMS ? [`${terms.length - MAX_TERMS} terms more`] : []
  const were = deadLettered === 1 ? 'item was' : 'items were'
  const where = file === undefined ? '--dead-letters FILE keeps them' : `see ${file}`
  return `${deadLettered} ${were} set aside (${[...named, ...more].join(', ')}); ${where}`
}

/** `"parse" fails on 12.0 % of its items (24 of 200)`. */
export function lineOfRate({ term, level, share, failed, taken }: FailureRate): string {
  const verb = level === 'ok' ? 'now fails' : 'fails'
  return `"${term}" ${verb} on ${(100 * share).toFixed(1)} % of its items (${failed} of ${taken})`
}
