// The figures of the chaos suite over all strategies together. Pure: called by the suite with the rows.

import type { Row } from '../harness/contracts.ts'

/**
 * Sums over all rows; of dead letters, of which every run must have exactly one, the number that is furthest from that.
 * What was not measured is not there.
 */
export function chaosRatios(rows: readonly Row[]): Record<string, number> {
  const valuesOf = (figure: string): number[] =>
    rows.flatMap(({ figures }) => {
      const value = figures[figure]?.median
      return value === undefined ? [] : [value]
    })
  const sums = ['lost', 'doubled', 'kills', 'resumeKills', 'resumeMismatches', 'badInputs'].map(
    (figure) => [figure, sumOf(valuesOf(figure))] as const,
  )
  const known = sums.filter((entry): entry is readonly [string, number] => entry[1] !== undefined)
  const letters = valuesOf('deadLetters').sort((a, b) => Math.abs(b - 1) - Math.abs(a - 1))
  return {
    ...Object.fromEntries(known),
    ...(letters[0] === undefined ? {} : { deadLetters: letters[0] }),
  }
}

function sumOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}
