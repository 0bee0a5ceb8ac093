/** `reportOfBench`: what a benchmark found, as one page that opens without a network. */

import { type Curve, type CurvePanel, curvesSvg, xml } from '@millrace/ui'
import type { BenchFigure, BenchFigures, BenchResult, BenchRow, BenchSpread } from './contracts.ts'
import {
  columnOf,
  columnsOf,
  failuresIn,
  figureText,
  INCONSISTENT,
  medianText,
  shownAs,
  whereText,
} from './words.ts'

/** How a result is shown. */
export interface BenchReportOptions {
  /** Default: the module's name. */
  readonly title?: string
  /** The figure that contenders are compared by: in the first table and the first panel. Default: items a second. */
  readonly figure?: BenchFigure
}

const TITLES = {
  itemsPerSecond: 'items a second',
  outputsPerSecond: 'outputs a second',
  elapsedMs: 'run, ms',
  threads: 'threads',
  peakBytes: 'memory, MiB',
} as const satisfies Partial<Record<keyof BenchFigures, string>>

/** The columns of the second table. */
const DETAILS = [
  ['itemsPerSecond', 'items/s'],
  ['outputsPerSecond', 'outputs/s'],
  ['elapsedMs', 'run, ms'],
  ['wholeMs', 'process, ms'],
  ['cpuMs', 'processor time, ms'],
  ['peakBytes', 'memory, MiB'],
  ['threads', 'threads'],
] as const satisfies readonly (readonly [keyof BenchFigures, string])[]

const STYLE = `
  :root { color-scheme: light dark; --text: #1c2430; --soft: #566173; --line: #d7dde4; --back: #fff }
  @media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --soft: #a4afbd; --line: #333c47; --back: #14181e } }
  body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
  h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
  section + section { margin-top: 4rem } p { color: var(--soft) } .bad { color: #c0392b }
  .wide { overflow-x: auto } svg { width: 100%; min-width: 44rem; height: auto; margin-top: 1rem }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums }
  th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
  th:first-child, td:first-child, .name, .all th { text-align: left } th { font-weight: 600 }
  td small { color: var(--soft) }`

/**
 * One result or several as an HTML page without scripts: for each a table of the figure that contenders are compared by, then
 * the curves (that figure, threads, memory), then all figures. It asks no server for anything.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { type BenchResult, reportOfBench } from 'millrace/bench'
 *
 * export async function keep(result: BenchResult): Promise<void> {
 *   await writeFile('bench.html', reportOfBench(result, { title: 'Sums' }))
 * }
 * ```
 */
export function reportOfBench(
  results: BenchResult<string> | readonly BenchResult<string>[],
  options: BenchReportOptions = {},
): string {
  const all = Array.isArray(results)
    ? (results as readonly BenchResult<string>[])
    : [results as BenchResult<string>]
  const { title = all[0]?.module ?? 'Nothing was measured' } = options
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xml(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${xml(title)}</h1>
${all.map((result) => sectionOf(result, options)).join('\n')}
</body>
</html>
`
}

function sectionOf(result: BenchResult<string>, options: BenchReportOptions): string {
  const { rows, vary, rounds, params, isConsistent } = result
  const { figure = 'itemsPerSecond' } = options
  const { columns, lines } = columnsOf(result)
  const head = [vary?.name ?? '', ...columns].map((text) => `<th scope="col">${xml(text)}</th>`)
  const overview = lines.map(
    ({ value, cells }) =>
      `<tr><th scope="row">${xml(value ?? TITLES[figure])}</th>${cells.map((row) => `<td>${medianText(row, figure)}</td>`).join('')}</tr>`,
  )
  const given = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  const measured = rows.filter(({ figures }) => figures !== undefined)
  return `<section>
<p>${xml(whereText(result))}${given.length === 0 ? '' : `. Parameters: ${xml(given.join(', '))}`}</p>
${isConsistent ? '' : `<p class="bad">${INCONSISTENT}</p>\n`}<h2>${TITLES[figure]}, median of ${rounds}</h2>
<div class="wide"><table>
<tr>${head.join('')}</tr>
${overview.join('\n')}
</table></div>
<div class="wide">
${curvesOfBench(result, { figure })}</div>
${failuresIn(result)
  .map((line) => `<p>${xml(line)}</p>\n`)
  .join('')}<h2>All figures</h2>
<p>Medians, with the least and the most behind them. “Run” is the run alone, with starting workers; “process” begins before the
program is loaded.</p>
<div class="wide"><table class="all">
<tr>${['', 'run as', ...DETAILS.map(([, label]) => label)].map((text) => `<th scope="col">${xml(text)}</th>`).join('')}</tr>
${measured.map(detailsOf).join('\n')}
</table></div>
</section>`
}

/**
 * The curves of the result as SVG: the figure that contenders are compared by, threads and memory, over the parameter that
 * was varied or else over the number of workers, where a strategy that takes no number is a level line.
 *
 * @example
 * ```ts
 * import { type BenchResult, curvesOfBench } from 'millrace/bench'
 *
 * export const picture = (result: BenchResult): string => curvesOfBench(result)
 * ```
 */
export function curvesOfBench(result: BenchResult<string>, options: BenchReportOptions = {}): string {
  const { rows, vary, recorded = [] } = result
  const { title = result.module, figure: compared = 'itemsPerSecond' } = options
  const counts = [...new Set(rows.flatMap(({ workers }) => workers ?? []))].sort((a, b) => a - b)
  const at = vary?.values ?? (counts.length === 0 ? ['1'] : counts.map(String))
  const isOneCount = counts.length === 1
  const panels = ([compared, 'threads', 'peakBytes'] as const).map((figure): CurvePanel => {
    const names = [
      ...new Set(rows.map((row) => (vary === undefined || isOneCount ? row.strategy : columnOf(row)))),
    ]
    const measured = names.map((name): Curve => {
      const own = rows.filter((row) => row.strategy === name || columnOf(row) === name)
      return {
        name,
        points: own.flatMap((row) => pointsOf(row, row.figures && shownAs(figure, row.figures[figure]), at)),
      }
    })
    const others = [...new Set(recorded.map(({ name }) => name))].map((name): Curve => {
      const own = recorded.filter((point) => point.name === name && point[figure] !== undefined)
      const points = own.map((point) => ({
        at: at.indexOf(point.value),
        y: (point[figure] as number) / (figure === 'peakBytes' ? 2 ** 20 : 1),
      }))
      return { name, points: points.filter((point) => point.at >= 0), isRecorded: true }
    })
    return {
      title: TITLES[figure],
      curves: [...measured, ...others].filter(({ points }) => points.length > 0),
    }
  })
  return curvesSvg({ title, over: vary?.name ?? 'workers', at, panels })
}

function pointsOf(
  { value, workers }: BenchRow<string>,
  shown: BenchSpread | undefined,
  at: readonly string[],
): Curve['points'] {
  if (shown === undefined) return []
  const { median: y, least: low, most: high } = shown
  const place = value ?? (workers === undefined ? undefined : String(workers))
  const places = place === undefined ? at.keys() : [at.indexOf(place)]
  return [...places].map((index) => ({ at: index, y, low, high }))
}

function detailsOf(row: BenchRow<string>): string {
  const cells = DETAILS.map(([figure]) => {
    const spread = row.figures?.[figure]
    if (spread === undefined) return '<td>–</td>'
    const { median, least, most } = shownAs(figure, spread)
    const [low, high] = [figureText(least), figureText(most)]
    return `<td>${figureText(median)}${low === high ? '' : ` <small>${low} to ${high}</small>`}</td>`
  })
  return `<tr><th scope="row">${xml(row.value ?? '')}</th><td class="name">${xml(columnOf(row))}</td>${cells.join('')}</tr>`
}
