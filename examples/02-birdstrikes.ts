/**
 * What birds cost: mean and standard deviation of the cost of repair, for each phase of flight, over the 10,000 bird
 * strikes of the package vega-datasets. The file is read as a stream; what is kept is three numbers per phase.
 *
 *     csv --> toStrike --> CostByPhase --> Table --> print
 *             (map)        (stateful)
 *
 * Run it with: npx millrace run examples/02-birdstrikes.ts
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Context, FunctionTerm, graph, run, type Summary } from 'millrace'
import { csv, map, print } from 'millrace/terms'

/** The package exports its code only; its data lie beside that. */
const birdstrikes = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/birdstrikes.csv',
)

interface Row {
  readonly 'Phase of flight': string
  readonly 'Cost Repair': string
}

interface Strike {
  readonly phase: string
  readonly repairCost: number
}

function toStrike(row: Row): Strike {
  return { phase: row['Phase of flight'], repairCost: Number(row['Cost Repair']) }
}

/** How many values there were, their mean, and the sum of their squared distances from it. */
interface Moments {
  count: number
  mean: number
  squares: number
}

/** The repair costs of one phase of flight. */
export interface PhaseCost {
  readonly phase: string
  readonly strikes: number
  readonly mean: number
  readonly deviation: number
}

/**
 * Takes strikes in and gives one record per phase once all have been seen, sorted by phase.
 *
 * Mean and deviation are brought up to date with each value, without ever subtracting large sums from one another:
 * B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 1962.
 * The state is one structured-cloneable value, so any scheduler can move it.
 */
export class CostByPhase extends FunctionTerm<Strike, PhaseCost, Map<string, Moments>> {
  override initialState() {
    return new Map<string, Moments>()
  }

  override f({ phase, repairCost }: Strike, { state }: Context<Map<string, Moments>>) {
    const moments = state.get(phase) ?? { count: 0, mean: 0, squares: 0 }
    const distance = repairCost - moments.mean
    moments.count += 1
    moments.mean += distance / moments.count
    moments.squares += distance * (repairCost - moments.mean)
    state.set(phase, moments)
    // nothing is passed on before the end
    return undefined
  }

  override end({ state }: Context<Map<string, Moments>>): PhaseCost[] {
    return [...state]
      .map(([phase, { count, mean, squares }]) => ({
        phase,
        strikes: count,
        mean,
        deviation: Math.sqrt(squares / Math.max(count - 1, 1)),
      }))
      .sort((a, b) => (a.phase < b.phase ? -1 : 1))
  }
}

/** Lays records out as lines, with the names of the columns ahead of them. */
class Table extends FunctionTerm<PhaseCost, string> {
  override enter(ctx: Context<unknown, string>) {
    ctx.emit(line('phase', 'strikes', 'mean ($)', 'deviation ($)'))
  }

  override f({ phase, strikes, mean, deviation }: PhaseCost) {
    return line(phase, String(strikes), mean.toFixed(2), deviation.toFixed(2))
  }
}

function line(phase: string, strikes: string, mean: string, deviation: string): string {
  return phase.padEnd(12) + strikes.padStart(9) + mean.padStart(12) + deviation.padStart(16)
}

const costs = graph(import.meta.url, ({ file = birdstrikes }: { file?: string }) =>
  csv<Row>(file).pipe(map(toStrike).named('toStrike'), new CostByPhase(), new Table(), print()),
)
export default costs

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(costs({})).done
}

// Prints:
//
//     phase         strikes    mean ($)   deviation ($)
//     Approach         4619     2045.34        57580.28
//     Climb            1956     8428.69       182393.51
//     Descent           399     1747.74        25738.05
//     Landing Roll     1405     2605.18        81673.01
//     Parked             11      199.91          663.02
//     Take-off run     1592     3774.56        60055.06
//     Taxi               18        0.00            0.00
