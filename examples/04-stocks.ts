/**
 * A pipeline of its own for each share: monthly returns, their mean and their volatility, for the shares that turn up in
 * the package vega-datasets' file of prices. Nobody says beforehand which shares there are; `spawnBy` makes a copy of the
 * pipeline when it meets a new one.
 *
 *                          +--> price --> returns --> mean, std --> takeLast --+   (MSFT)
 *     csv --> spawnBy -----+--> price --> returns --> mean, std --> takeLast --+-----> sort --> print
 *             (by symbol)  +--> ...                                            +   (one per share)
 *
 * Run it with: npx millrace run examples/04-stocks.ts
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Context, FlatMapTerm, graph, run, type Summary, type Term } from 'millrace'
import { csv, map, mean, print, spawnBy, std, takeLast, withHistory } from 'millrace/terms'

/** The package exports its code only; its data lie beside that. */
const stocks = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/stocks.csv')

interface Price {
  readonly symbol: string
  readonly price: number
}

/** The monthly returns of one share, in parts of its price. */
export interface Share {
  readonly symbol: string
  readonly mean: number
  readonly volatility: number
}

/** What each share gets a copy of; states belong to the copy, so none of these terms knows of shares. */
function shareOf(symbol: string): Term<Price, Share> {
  return map(({ price }: Price) => price)
    .pipe(
      withHistory({ items: 2 }, (price, history) =>
        history.length < 2 ? undefined : price / history.at(-2) - 1,
      ),
    )
    .parallel({ mean: mean(), volatility: std({ ddof: 1 }) })
    .pipe(
      takeLast(1),
      map((figures) => ({ symbol, ...figures })),
    )
}

/** Holds the shares back until the last has come: in which order they do is open. */
class SortShares extends FlatMapTerm<Share, string, Share[]> {
  override initialState() {
    return []
  }

  override f(share: Share, { state }: Context<Share[]>): string[] {
    state.push(share)
    return []
  }

  override end({ state }: Context<Share[]>): string[] {
    const bySymbol = state.sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
    return ['share    mean  volatility', ...bySymbol.map(line)]
  }
}

function line({ symbol, mean, volatility }: Share): string {
  return symbol.padEnd(5) + percent(mean).padStart(8) + percent(volatility).padStart(12)
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`
}

const shares = graph(import.meta.url, ({ file = stocks }: { file?: string }) =>
  csv<Price>(file, { cast: { price: Number } }).pipe(
    spawnBy(({ symbol }) => symbol, shareOf, { maxKeys: 100 }),
    new SortShares().named('sort'),
    print(),
  ),
)
export default shares

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(shares({})).done
}

// Prints:
//
//     share    mean  volatility
//     AAPL    2.94%      14.61%
//     AMZN    2.01%      17.16%
//     GOOG    3.23%      11.97%
//     IBM     0.53%       8.53%
//     MSFT    0.22%       9.93%
