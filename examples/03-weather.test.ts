/** Goal: the report agrees with scipy's figures for the same pairs, and with a plain recomputation from the file. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import comparison, { main } from './03-weather.ts'

const { resolve } = createRequire(import.meta.url)

afterEach(() => {
  vi.restoreAllMocks()
})

function highs(year: string): number[] {
  const file = join(dirname(resolve('vega-datasets')), '../data/seattle-weather.csv')
  return readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
    .filter(([date]) => date?.startsWith(year) && date !== '2012-02-29')
    .map((fields) => Number(fields[2]))
}

function recomputed(values: readonly number[]): [mean: number, deviation: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [mean, Math.sqrt(squares / values.length)]
}

test('the report agrees with a plain recomputation, and the test with scipy', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { items } = await main()
  const [, ...lines] = log.mock.calls.map(([line]) => line as string)
  const years = ['2012', '2015'].map((year) => [
    year,
    ...recomputed(highs(year)).map((figure) => figure.toFixed(2)),
  ])
  expect(lines.slice(0, 2).map((line) => line.trim().split(/ +/))).toEqual(years)
  // scipy.stats.ttest_rel, scipy 1.17
  expect(lines[2]).toBe('365 pairs, t = 7.3863, p = 1.04e-12')
  expect(items.discarded).toBe(0)
})

test('is drawn as its head says', () => {
  const branch = (year: string) => `(Term(csv); Term(days(${year})); Term(max))`
  expect(String(comparison({}))).toBe(
    `((${branch('2012')} | ${branch('2015')}); (Term(mean) | Term(std) | Term(pairedTTest)); ` +
      'Term(takeLast); Term(report); Term(print))',
  )
})
