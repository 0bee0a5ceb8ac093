/** `tableOfBench`: what a benchmark found, as lines for a terminal. Pure. */

import { linesOfTable } from '../report/table.ts'
import type { BenchFigure, BenchResult, BenchRow, BenchSpread } from './contracts.ts'
import {
  columnOf,
  columnsOf,
  failuresIn,
  figureNames,
  figureText,
  INCONSISTENT,
  medianText,
  shownAs,
  whereText,
} from './words.ts'

/** What a table shows. */
export interface BenchTableOptions {
  /** The figure that contenders are compared by. Default: items a second. */
  readonly figure?: BenchFigure
  /** Whether all figures follow. Default true. */
  readonly details?: boolean
}

/**
 * The result as lines: first the figure that contenders are compared by, a row for each value of the varied parameter and a
 * column for each contender; then all figures; then what failed or was refused.
 *
 * @example
 * ```ts
 * import { type BenchResult, tableOfBench } from 'millrace/bench'
 *
 * export function show(result: BenchResult): void {
 *   for (const line of tableOfBench(result)) console.log(line)
 * }
 * ```
 */
export function tableOfBench(result: BenchResult<string>, options: BenchTableOptions = {}): string[] {
  const { figure = 'itemsPerSecond', details = true } = options
  const { vary, rounds, isConsistent } = result
  const { columns, lines } = columnsOf(result)
  const overview = linesOfTable(
    [
      [vary?.name ?? '', ...columns],
      ...lines.map(({ value, cells }) => [
        value ?? figureNames[figure],
        ...cells.map((row) => medianText(row, figure)),
      ]),
    ],
    columns.map((_, index) => index + 1),
  )
  return [
    whereText(result),
    '',
    `${figureNames[figure]}, median of ${rounds}:`,
    ...overview,
    ...(details ? detailsOf(result) : []),
    ...(isConsistent ? [] : ['', INCONSISTENT]),
    ...failuresIn(result),
  ]
}

function detailsOf({ rows, vary, rounds }: BenchResult<string>): string[] {
  const measured = rows.filter(({ figures }) => figures !== undefined)
  const lines = linesOfTable(
    [
      [vary?.name ?? '', 'run as', 'items/s', 'outputs/s', 'run ms', 'whole ms', 'cpu ms', 'MiB', 'threads'],
      ...measured.map((row) => [row.value ?? '', columnOf(row), ...figureCells(row)]),
    ],
    [2, 3, 4, 5, 6, 7, 8],
  )
  return ['', `medians of ${rounds}, least to most behind them:`, ...lines]
}

/** The figures of the second table, in the order of its columns. */
const COLUMNS = [
  'itemsPerSecond',
  'outputsPerSecond',
  'elapsedMs',
  'wholeMs',
  'cpuMs',
  'peakBytes',
  'threads',
] as const

function figureCells({ figures }: BenchRow<string>): string[] {
  if (figures === undefined) return []
  return COLUMNS.map((figure) => spreadText(shownAs(figure, figures[figure])))
}

function spreadText({ median, least, most }: BenchSpread): string {
  const text = figureText(median)
  const [low, high] = [figureText(least), figureText(most)]
  return low === high ? text : `${text} (${low} to ${high})`
}
