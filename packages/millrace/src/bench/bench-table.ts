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
  whereText,
} from './words.ts'

/**
 * The result as lines: first the figure that contenders are compared by, a row for each value that was gone through and a
 * column for each contender; then all figures; then what failed or was refused.
 *
 * @param figure Default: items a second.
 * @example
 * ```ts
 * import { type BenchResult, tableOfBench } from 'millrace/bench'
 *
 * export function show(result: BenchResult): void {
 *   for (const line of tableOfBench(result)) console.log(line)
 * }
 * ```
 */
export function tableOfBench(result: BenchResult, figure: BenchFigure = 'itemsPerSecond'): string[] {
  const { rows, vary, rounds, isConsistent } = result
  const measured = rows.filter(({ figures }) => figures !== undefined)
  const { columns, lines } = columnsOf(result)
  const overview = linesOfTable(
    [
      [vary?.name ?? figureNames[figure], ...columns],
      ...lines.map(({ value, cells }) => [value ?? '', ...cells.map((row) => medianText(row, figure))]),
    ],
    columns.map((_, index) => index + 1),
  )
  const details = linesOfTable(
    [
      [vary?.name ?? '', 'run as', 'items/s', 'outputs/s', 'run ms', 'whole ms', 'cpu ms', 'MiB', 'threads'],
      ...measured.map((row) => [row.value ?? '', columnOf(row), ...figureCells(row)]),
    ],
    [2, 3, 4, 5, 6, 7, 8],
  )
  return [
    whereText(result),
    '',
    ...(vary === undefined ? [] : [`${figureNames[figure]}, median of ${rounds}:`]),
    ...overview,
    '',
    `medians of ${rounds}, least to most behind them:`,
    ...details,
    ...(isConsistent ? [] : ['', INCONSISTENT]),
    ...failuresIn(result),
  ]
}

function figureCells({ figures }: BenchRow): string[] {
  if (figures === undefined) return []
  const { itemsPerSecond, outputsPerSecond, elapsedMs, wholeMs, cpuMs, peakMb, threads } = figures
  return [itemsPerSecond, outputsPerSecond, elapsedMs, wholeMs, cpuMs, peakMb, threads].map(spreadText)
}

function spreadText({ median, least, most }: BenchSpread): string {
  const text = figureText(median)
  const [low, high] = [figureText(least), figureText(most)]
  return low === high ? text : `${text} (${low} to ${high})`
}
