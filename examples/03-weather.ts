/**
 * Was 2015 warmer than 2012 in Seattle? A paired t-test of the highest temperatures of each day of the year, with mean
 * and standard deviation of both years, over the package vega-datasets' file of daily weather. Nothing is gathered: each
 * figure is brought up to date with each pair of days.
 *
 *     csv --> days(2012) --> max --+        +--> mean --------+
 *                                  |        |                 |
 *                                  +--rows--+--> std ---------+--rows--> takeLast --> report --> print
 *                                  |        |                 |
 *     csv --> days(2015) --> max --+        +--> pairedTTest -+
 *
 * Run it with: npx millrace run examples/03-weather.ts
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { graph, parallel, run, type Summary, type Term } from 'millrace'
import {
  csv,
  filter,
  flatMap,
  map,
  mean,
  pairedTTest,
  print,
  std,
  type TTestResult,
  takeLast,
} from 'millrace/terms'

/** The package exports its code only; its data lie beside that. */
const weather = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/seattle-weather.csv',
)

interface Day {
  /** As in `2012-02-29`. */
  readonly date: string
  readonly temp_max: number
}

/** The last figures of the run: one number per year, and the test. */
interface Figures {
  readonly means: Readonly<Record<string, number>>
  readonly deviations: Readonly<Record<string, number>>
  readonly test: TTestResult
}

/** The highest temperature of each day of a year; the leap day has no partner in other years. */
function highs(file: string, year: string): Term<never, number> {
  return csv<Day>(file, { cast: { temp_max: Number } }).pipe(
    filter(({ date }: Day) => date.startsWith(year) && !date.endsWith('-02-29')).named(`days(${year})`),
    map(({ temp_max }: Day) => temp_max).named('max'),
  )
}

function report({ means, deviations, test }: Figures): string[] {
  const years = Object.keys(means).map((year) => {
    const figures = [means[year], deviations[year]].map((figure) => figure?.toFixed(2).padStart(8))
    return year + figures.join('')
  })
  const { count, t, p } = test
  return [
    'year    mean     std',
    ...years,
    `${count} pairs, t = ${t?.toFixed(4)}, p = ${p?.toExponential(2)}`,
  ]
}

const comparison = graph(import.meta.url, ({ file = weather }: { file?: string }) =>
  parallel({ '2012': highs(file, '2012'), '2015': highs(file, '2015') })
    .parallel({
      means: mean(),
      deviations: std(),
      // later minus earlier: above 0 where it has become warmer
      test: pairedTTest({ keys: ['2015', '2012'] }),
    })
    .pipe(takeLast(1), flatMap(report).named('report'), print()),
)
export default comparison

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(comparison({})).done
}

// Prints:
//
//     year    mean     std
//     2012   15.30    7.06
//     2015   17.43    7.31
//     365 pairs, t = 7.3863, p = 1.04e-12
