/** How figures of a benchmark are named and written, in its table and its report alike. */

import type { BenchFigure, BenchFigures, BenchResult, BenchRow, BenchSpread } from './contracts.ts'

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
    const { failed, failure, value } = row
    if (failed === undefined) return []
    const where = value === undefined ? '' : `, ${vary?.name} ${value}`
    return [`${failure === 'refused' ? 'left out' : 'failed'}: ${columnOf(row)}${where}: ${failed}`]
  })
}

/** A figure as it is shown: memory in MiB. */
export function shownAs(figure: keyof BenchFigures, { median, least, most }: BenchSpread): BenchSpread {
  const scale = figure === 'peakBytes' ? 2 ** 20 : 1
  return { median: median / scale, least: least / scale, most: most / scale }
}

/** Three digits that count: `0.73`, `99.9`, `5293`, `12.4 k`, `3.1 M`. */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const [scale, unit] = UNITS.find(([, , below]) => value < below) as (typeof UNITS)[number]
  const scaled = value / scale
  return `${scaled >= 100 ? Math.round(scaled) : Number(scaled.toPrecision(3))}${unit}`
}

/** Each with the value from which on the next one is taken: what would be rounded up to 1,000 of it. */
const UNITS = [
  [1, '', 9999.5],
  [1e3, ' k', 999.5e3],
  [1e6, ' M', 999.5e6],
  [1e9, ' G', Number.POSITIVE_INFINITY],
] as const
