/** `sequential`: the function form of `Term.pipe`. */

import { InvalidOptionError } from '../errors.ts'
import type { Term } from '../term/term.ts'
import { compose } from '../term/term.ts'
import type { AnyTerm, RowOf } from '../term/types.ts'

/**
 * Every output of each term becomes an input of the next: LogicSponge's `a * b * c`. Same as `a.pipe(b, c)`.
 *
 * @throws {NotATermError} if a part is no term.
 * @throws {InvalidOptionError} if there is no part.
 *
 * @example
 * ```ts
 * import { sequential } from 'millrace'
 * import { filter, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const clean = sequential(
 *   map((text: string) => text.trim()),
 *   filter((text) => text !== ''),
 * )
 * console.log(await toArray(fromIterable([' a', ' ', 'b ']).pipe(clean))) // [ 'a', 'b' ]
 * ```
 */
export function sequential<In, A>(a: Term<In, A>): Term<In, A>
export function sequential<In, A, B>(a: Term<In, A>, b: Term<RowOf<A>, B>): Term<In, B>
export function sequential<In, A, B, C>(
  a: Term<In, A>,
  b: Term<RowOf<A>, B>,
  c: Term<RowOf<B>, C>,
): Term<In, C>
export function sequential<In, A, B, C, D>(
  a: Term<In, A>,
  b: Term<RowOf<A>, B>,
  c: Term<RowOf<B>, C>,
  d: Term<RowOf<C>, D>,
): Term<In, D>
export function sequential<In, A, B, C, D, E>(
  a: Term<In, A>,
  b: Term<RowOf<A>, B>,
  c: Term<RowOf<B>, C>,
  d: Term<RowOf<C>, D>,
  e: Term<RowOf<D>, E>,
): Term<In, E>
export function sequential<A>(...terms: readonly Term<A, A>[]): Term<A, A>
export function sequential(...terms: AnyTerm[]): unknown {
  if (terms.length === 0) throw new InvalidOptionError('The number of terms of sequential()', 0, 'at least 1')
  return compose('sequential', terms)
}
