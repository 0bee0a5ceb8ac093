/** `sumOf`: the sum, without the loss that plain adding has. */

import type { Aggregate } from './aggregate.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/** A sum and what rounding has taken from it. */
export interface SumState {
  /** The rounded sum. */
  sum: number
  /** What is to be added to it in the end. */
  rest: number
}

/**
 * Adds up `f(item)`; 0 for no items.
 *
 * What rounding loses is carried along, so that a sum of millions keeps its last digits: A. Neumaier, "Rundungsfehler-
 * analyse einiger Verfahren zur Summation endlicher Summen", ZAMM 1974. Its state is two numbers.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async; the run fails with a `BadInputError` if it
 * gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, sumOf, toArray } from 'millrace/terms'
 *
 * const sum = fromIterable([1e100, 1, -1e100]).pipe(aggregate(sumOf((n) => n)))
 * console.log(1e100 + 1 - 1e100, await toArray(sum)) // 0 [ 1 ]
 * ```
 */
export function sumOf<In>(f: NumberOf<In>): Aggregate<In, number, SumState> {
  const read = numberOf('sumOf', f)
  return {
    init: () => ({ sum: 0, rest: 0 }),
    add: (state, item) => addTo(state, read(item)),
    merge: (into, { sum, rest }) => {
      addTo(into, sum)
      into.rest += rest
      return into
    },
    result: totalOf,
  }
}

function addTo(state: SumState, value: number): SumState {
  const sum = state.sum + value
  state.rest += Math.abs(state.sum) >= Math.abs(value) ? state.sum - sum + value : value - sum + state.sum
  state.sum = sum
  return state
}

/** The sum; where it overflowed, the rest is NaN and says nothing. */
function totalOf({ sum, rest }: SumState): number {
  return Number.isFinite(sum) ? sum + rest : sum
}
