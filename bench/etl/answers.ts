// What is right, and whether a contender's answer is that. Called by contract.ts with the file a program wrote.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Numbers and texts must be the same; of a pair, the value lies between its two, give or take 1 %. */
export type ExpectedRow = Readonly<Record<string, string | number | readonly [least: number, most: number]>>

export type Expected =
  /** One row per line of NDJSON, in any order. */
  | { readonly key: readonly string[]; readonly rows: readonly ExpectedRow[] }
  /** Lines in any order, and the digest of them sorted. */
  | { readonly lines: number; readonly sha256: string }

/** DDSketch's quantiles are off by at most this part of the value. */
const tolerance = 0.01
/** What rounding may add to a value at the tolerance's very edge. */
const rounding = 1e-9

/** What is wrong with an answer; undefined when it is right. */
export function differenceOf(workload: string, expected: Expected, output: string): string | undefined {
  const lines = linesOf(readFileSync(output, 'utf8'))
  if ('sha256' in expected) {
    if (lines.length !== expected.lines) {
      return `${workload} has ${expected.lines} lines, not ${lines.length}`
    }
    return digestOf(lines) === expected.sha256 ? undefined : `${workload} has other lines`
  }
  const { key, rows } = expected
  const keyOf = (row: Readonly<Record<string, unknown>>): string => key.map((name) => row[name]).join(' ')
  const found = new Map<string, Readonly<Record<string, unknown>>>()
  for (const line of lines) {
    const row = JSON.parse(line) as Record<string, unknown>
    found.set(keyOf(row), row)
  }
  if (found.size !== lines.length) return `${workload} has ${lines.length - found.size} rows twice`
  if (lines.length !== rows.length) return `${workload} has ${rows.length} rows, not ${lines.length}`
  for (const row of rows) {
    const seen = found.get(keyOf(row))
    if (seen === undefined) return `${workload} has no row ${keyOf(row)}`
    for (const [name, value] of Object.entries(row)) {
      if (!isRight(value, seen[name])) {
        return `${name} of ${workload} ${keyOf(row)} is ${value}, not ${String(seen[name])}`
      }
    }
  }
  return undefined
}

/** Of lines in any order. */
export function digestOf(lines: readonly string[]): string {
  return createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex')
}

function isRight(value: ExpectedRow[string], seen: unknown): boolean {
  if (typeof value !== 'object') return seen === value
  const [least, most] = value
  const slack = tolerance + rounding
  return typeof seen === 'number' && seen >= least * (1 - slack) && seen <= most * (1 + slack)
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
