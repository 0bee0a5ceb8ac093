/** Goal: the table agrees with a plain recomputation, share by share. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import shares, { main } from './04-stocks.ts'

const { resolve } = createRequire(import.meta.url)

afterEach(() => {
  vi.restoreAllMocks()
})

function recomputed(): string[][] {
  const file = join(dirname(resolve('vega-datasets')), '../data/stocks.csv')
  const [, ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  const prices: Record<string, number[]> = {}
  for (const row of rows) {
    const [symbol = '', , price] = row.split(',')
    prices[symbol] ??= []
    prices[symbol].push(Number(price))
  }
  return Object.keys(prices)
    .sort()
    .map((symbol) => {
      const [first = 0, ...later] = prices[symbol] as number[]
      let before = first
      const returns = later.map((price) => {
        const part = price / before - 1
        before = price
        return part
      })
      const mean = returns.reduce((sum, part) => sum + part, 0) / returns.length
      const squares = returns.reduce((sum, part) => sum + (part - mean) ** 2, 0)
      const volatility = Math.sqrt(squares / (returns.length - 1))
      return [symbol, `${(mean * 100).toFixed(2)}%`, `${(volatility * 100).toFixed(2)}%`]
    })
}

test('the table agrees with a plain recomputation', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { items } = await main()
  const [, ...table] = log.mock.calls.map(([line]) => (line as string).split(/ +/))
  expect(table).toEqual(recomputed())
  expect(table.length).toBeGreaterThan(3)
  expect(items.discarded).toBe(0)
})

test('is drawn as its head says', () => {
  expect(String(shares({}))).toBe('(Term(csv); Term(spawnBy); Term(sort); Term(print))')
})
