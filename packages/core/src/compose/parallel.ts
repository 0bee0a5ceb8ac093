/** `parallel`: the function form of LogicSponge's `|`. */

import type { Term } from '../term/term.ts'
import { composeParallel } from '../term/term.ts'
import type { AnyTerm, InputOf, Many, Named, Several, Tuple } from '../term/types.ts'

/**
 * Sends its input to every branch and unites the branches' outputs: by name for `parallel({ x: a, y: b })`, by
 * position for `parallel(a, b)`. The next term gets rows, `{ x, y }` or `[a, b]`.
 *
 * Every branch is held back by itself; the input is held back by the slowest. Sources may be branches.
 *
 * @throws {EmptyParallelError} without a branch.
 * @throws {NotATermError} if a branch is no term.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, map, toArray } from 'millrace/terms'
 *
 * const rows = parallel({ letter: fromIterable('ab'), n: fromIterable([1, 2]) })
 * console.log(await toArray(rows.pipe(map(({ letter, n }) => letter + n)))) // [ 'a1', 'b2' ]
 *
 * const pairs = parallel(fromIterable('ab'), fromIterable([1, 2]))
 * console.log(await toArray(pairs.pipe(map(([letter, n]) => letter + n)))) // [ 'a1', 'b2' ]
 * ```
 */
export function parallel<Branches extends Readonly<Record<string, AnyTerm>>>(
  branches: Branches,
): Term<Common<{ [K in keyof Branches]: InputOf<Branches[K]> }[keyof Branches]>, Named<Branches>>
export function parallel<A, AOut, B, BOut>(
  a: Term<A, AOut>,
  b: Term<B, BOut>,
): Term<Common<A | B>, Tuple<[Term<never, AOut>, Term<never, BOut>]>>
export function parallel<A, AOut, B, BOut, C, COut>(
  a: Term<A, AOut>,
  b: Term<B, BOut>,
  c: Term<C, COut>,
): Term<Common<A | B | C>, Tuple<[Term<never, AOut>, Term<never, BOut>, Term<never, COut>]>>
export function parallel<In, A, B, C, D, More extends readonly unknown[]>(
  a: Term<NoInfer<In>, A>,
  b: Term<NoInfer<In>, B>,
  c: Term<NoInfer<In>, C>,
  d: Term<NoInfer<In>, D>,
  ...more: { [K in keyof More]: Term<NoInfer<In>, More[K]> }
): Term<
  In,
  number extends More['length'] ? Many<A | B | C | D | More[number]> : Several<[A, B, C, D, ...More]>
>
export function parallel<Branches extends readonly AnyTerm[]>(
  ...branches: Branches & OfKnownLength<Branches>
): Term<Common<InputOf<Branches[number]>>, Tuple<Branches>>
export function parallel<In, Out>(...branches: readonly Term<In, Out>[]): Term<In, Many<Out>>
export function parallel(...branches: unknown[]): unknown {
  return composeParallel(branches)
}

/** Nothing is one where the number of branches is known only at run time. */
type OfKnownLength<Branches extends readonly unknown[]> = number extends Branches['length'] ? never : unknown

/** What all of the branches that take an input accept; `never` if all are sources. */
type Common<Inputs> = [Inputs] extends [never]
  ? never
  : (Inputs extends unknown ? (input: Inputs) => void : never) extends (input: infer All) => void
    ? All
    : never
