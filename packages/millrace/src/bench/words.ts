/** How figures of a benchmark are named and written, in its table and its report alike. */

import type { BenchFigure, BenchResult, BenchRow } from './contracts.ts'

/** What was run, where: one line. */
export function whereText({ module, machine }: Pick<BenchResult<string>, 'module' | 'machine'>): string {
  const { processor, processors, memoryBytes, node, load } = machine
  const gigabytes = Math.round(memoryBytes / 2 ** 30)
  return `${module}: ${processor}, ${processors} processors, ${gigabytes} GiB, Node ${node}, load ${load.toFixed(1)}`
}

/** The contender of a row. */
export function columnOf({ strategy, workers }: Pick<BenchRow<string>, 'strategy' | 'workers'>): string {
  return workers === undefined ? strategy : `${strategy} ${workers}`
}

/** The rows as a grid: a line for each value that was gone through, a column for each contender. */
export function columnsOf({ rows }: Pick<BenchResult<string>, 'rows'>): {
  readonly columns: readonly string[]
  readonly lines: readonly {
    readonly value: string | undefined
    readonly cells: readonly (BenchRow<string> | undefined)[]
  }[]
} {
  const columns = [...new Set(rows.map(columnOf))]
  const values = [...new Set(rows.map(({ value }) => value))]
  const lines = values.map((value) => ({
    value,
    cells: columns.map((column) => rows.find((row) => row.value === value && columnOf(row) === column)),
  }))
  return { columns, lines }
}

/** What the figures that contenders are compared by are called. */
export const figureNames: Readonly<Record<BenchFigure, string>> = {
  itemsPerSecond: 'items/s',
  outputsPerSecond: 'outputs/s',
  elapsedMs: 'run ms',
}

/** A figure of a row; a dash where there is none. */
export function medianText(row: BenchRow<string> | undefined, figure: BenchFigure): string {
  return row?.figures === undefined ? '–' : figureText(row.figures[figure].median)
}

/** What is said if answers cannot be the same. */
export const INCONSISTENT = 'Not all runs gave the same number of items: see millrace compare.'

/** What failed or was refused, a line each. */
export function failuresIn({ rows, vary }: Pick<BenchResult<string>, 'rows' | 'vary'>): string[] {
  return rows.flatMap((row) => {
    const { failed, isRefused, value } = row
    if (failed === undefined) return []
    const where = value === undefined ? '' : `, ${vary?.name} ${value}`
    return [`${isRefused ? 'left out' : 'failed'}: ${columnOf(row)}${where}: ${failed}`]
  })
}

/** Three digits that count. */
export function figureText(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`
  if (value >= 1e4) return `${(value / 1e3).toPrecision(3)} k`
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '')
}
