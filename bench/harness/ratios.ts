// Small tools for the suites' own ratios: a figure looked up by workload and contender, and quotients of two figures.
// Pure; what was not measured gives no ratio, so its target is shown as not measured.

import type { Row } from './contracts.ts'

/** The median of one figure, by workload and contender; undefined where it was not measured. */
export function figuresOf(
  rows: readonly Row[],
  figure: string,
): (workload: string, contender: string) => number | undefined {
  const medians = new Map(
    rows.map((row) => [`${row.workload} ${row.contender}`, row.figures[figure]?.median]),
  )
  return (workload, contender) => medians.get(`${workload} ${contender}`)
}

/** `[name, above, below]` becomes `name: above / below`; without either of the two there is no such ratio. */
export function quotients(
  parts: readonly (readonly [name: string, above: number | undefined, below: number | undefined])[],
): Record<string, number> {
  const known = parts.flatMap(([name, above, below]) =>
    above === undefined || below === undefined || below === 0 ? [] : [[name, above / below] as const],
  )
  return Object.fromEntries(known)
}

/** Leaves out what is undefined. */
export function present(ratios: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const known = Object.entries(ratios).filter((entry): entry is [string, number] => entry[1] !== undefined)
  return Object.fromEntries(known)
}
