/**
 * `Term` and the two ways to compose terms. A term is a description: composing runs nothing.
 *
 * Leaves (`leaf.ts`) are the terms that do something; composites only hold their parts, and `graph/build.ts`
 * turns the whole into nodes and edges.
 */

import { EmptyParallelError, InvalidOptionError, NotATermError } from '../errors.ts'
import { printTerm } from './print.ts'
import type { Absent, AnyTerm, Many, Named, RowOf, Several, Tuple } from './types.ts'

declare const TYPES: unique symbol
const TERM = Symbol.for('millrace.term')

/**
 * True for terms, also for those of another copy of the package.
 *
 * @example
 * ```ts
 * import { isTerm } from 'millrace'
 * import { id } from 'millrace/terms'
 *
 * console.log(isTerm(id()), isTerm((n: number) => n)) // true false
 * ```
 */
export function isTerm(value: unknown): value is AnyTerm {
  return typeof value === 'object' && value !== null && TERM in value
}

/**
 * A part of a streaming graph that takes items of type `In` and gives items of type `Out`.
 *
 * `In` is `never` for what takes no input, `Out` is `never` for what gives none, and {@link Ports} for several
 * output streams. One term object is one node, however often it is used: that is how diamonds and cycles are
 * drawn.
 */
export abstract class Term<in In, out Out> {
  /** @internal Carries the types; not there at run time. */
  declare readonly [TYPES]: (item: In) => Out
  /** Brand that survives several copies of the package. */
  readonly [TERM] = true

  /**
   * Every output of this term becomes an input of the next, and so on; LogicSponge's `*`.
   * Takes up to 20 terms; an array of terms goes through `sequential(...terms)`.
   *
   * @example
   * ```ts
   * import { fromIterable, map, take, toArray } from 'millrace/terms'
   *
   * const squares = fromIterable([1, 2, 3]).pipe(map((n) => n * n), take(2))
   * console.log(await toArray(squares)) // [ 1, 4 ]
   * ```
   */
  pipe(): Term<In, Out>
  pipe<A>(a: Term<RowOf<Out>, A>): Term<In, A>
  pipe<A, B>(a: Term<RowOf<Out>, A>, b: Term<RowOf<A>, B>): Term<In, B>
  pipe<A, B, C>(a: Term<RowOf<Out>, A>, b: Term<RowOf<A>, B>, c: Term<RowOf<B>, C>): Term<In, C>
  pipe<A, B, C, D>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
  ): Term<In, D>
  pipe<A, B, C, D, E>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
  ): Term<In, E>
  pipe<A, B, C, D, E, F>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
  ): Term<In, F>
  pipe<A, B, C, D, E, F, G>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
  ): Term<In, G>
  pipe<A, B, C, D, E, F, G, H>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
  ): Term<In, H>
  pipe<A, B, C, D, E, F, G, H, I>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
  ): Term<In, I>
  pipe<A, B, C, D, E, F, G, H, I, J>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
  ): Term<In, J>
  pipe<A, B, C, D, E, F, G, H, I, J, K>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
  ): Term<In, K>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
  ): Term<In, L>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
  ): Term<In, M>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
  ): Term<In, N>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
  ): Term<In, P>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
    q: Term<RowOf<P>, Q>,
  ): Term<In, Q>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q, R>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
    q: Term<RowOf<P>, Q>,
    r: Term<RowOf<Q>, R>,
  ): Term<In, R>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q, R, S>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
    q: Term<RowOf<P>, Q>,
    r: Term<RowOf<Q>, R>,
    s: Term<RowOf<R>, S>,
  ): Term<In, S>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q, R, S, T>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
    q: Term<RowOf<P>, Q>,
    r: Term<RowOf<Q>, R>,
    s: Term<RowOf<R>, S>,
    t: Term<RowOf<S>, T>,
  ): Term<In, T>
  pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q, R, S, T, U>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<A>, B>,
    c: Term<RowOf<B>, C>,
    d: Term<RowOf<C>, D>,
    e: Term<RowOf<D>, E>,
    f: Term<RowOf<E>, F>,
    g: Term<RowOf<F>, G>,
    h: Term<RowOf<G>, H>,
    i: Term<RowOf<H>, I>,
    j: Term<RowOf<I>, J>,
    k: Term<RowOf<J>, K>,
    l: Term<RowOf<K>, L>,
    m: Term<RowOf<L>, M>,
    n: Term<RowOf<M>, N>,
    p: Term<RowOf<N>, P>,
    q: Term<RowOf<P>, Q>,
    r: Term<RowOf<Q>, R>,
    s: Term<RowOf<R>, S>,
    t: Term<RowOf<S>, T>,
    u: Term<RowOf<T>, U>,
  ): Term<In, U>
  pipe(
    a: AnyTerm,
    b: AnyTerm,
    c: AnyTerm,
    d: AnyTerm,
    e: AnyTerm,
    f: AnyTerm,
    g: AnyTerm,
    h: AnyTerm,
    i: AnyTerm,
    j: AnyTerm,
    k: AnyTerm,
    l: AnyTerm,
    m: AnyTerm,
    n: AnyTerm,
    p: AnyTerm,
    q: AnyTerm,
    r: AnyTerm,
    s: AnyTerm,
    t: AnyTerm,
    u: AnyTerm,
    more: 'pipe() takes 20 terms: call pipe() again for the others',
    ...others: unknown[]
  ): never
  pipe(...terms: unknown[]): unknown {
    return terms.length === 0 ? this : compose('sequential', [this, ...(terms as AnyTerm[])])
  }

  /**
   * Sends every output of this term to each branch; the branches' outputs are united by name or position.
   *
   * @example
   * ```ts
   * import { filter, fromIterable, map, reduce, toArray } from 'millrace/terms'
   *
   * const count = (n: number) => n + 1
   * const counts = fromIterable(['to', 'be', 'not']).parallel({
   *   words: reduce(count, 0),
   *   short: filter((word: string) => word.length < 3).pipe(reduce(count, 0)),
   * })
   * console.log(await toArray(counts)) // [ { words: 3, short: 2 } ]
   * ```
   */
  parallel<A, B>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<Out>, B>,
  ): Term<In, Tuple<[Term<never, A>, Term<never, B>]>>
  parallel<A, B, C>(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<Out>, B>,
    c: Term<RowOf<Out>, C>,
  ): Term<In, Tuple<[Term<never, A>, Term<never, B>, Term<never, C>]>>
  parallel<B extends Readonly<Record<string, Term<RowOf<Out>, unknown>>>>(branches: B): Term<In, Named<B>>
  parallel<
    A,
    B,
    C,
    D,
    E = Absent,
    F = Absent,
    G = Absent,
    H = Absent,
    I = Absent,
    J = Absent,
    K = Absent,
    L = Absent,
    M = Absent,
    N = Absent,
    P = Absent,
    Q = Absent,
    R = Absent,
    S = Absent,
    T = Absent,
    U = Absent,
  >(
    a: Term<RowOf<Out>, A>,
    b: Term<RowOf<Out>, B>,
    c: Term<RowOf<Out>, C>,
    d: Term<RowOf<Out>, D>,
    e?: Term<RowOf<Out>, E>,
    f?: Term<RowOf<Out>, F>,
    g?: Term<RowOf<Out>, G>,
    h?: Term<RowOf<Out>, H>,
    i?: Term<RowOf<Out>, I>,
    j?: Term<RowOf<Out>, J>,
    k?: Term<RowOf<Out>, K>,
    l?: Term<RowOf<Out>, L>,
    m?: Term<RowOf<Out>, M>,
    n?: Term<RowOf<Out>, N>,
    p?: Term<RowOf<Out>, P>,
    q?: Term<RowOf<Out>, Q>,
    r?: Term<RowOf<Out>, R>,
    s?: Term<RowOf<Out>, S>,
    t?: Term<RowOf<Out>, T>,
    u?: Term<RowOf<Out>, U>,
  ): Term<In, Several<[A, B, C, D, E, F, G, H, I, J, K, L, M, N, P, Q, R, S, T, U]>>
  parallel<A>(...branches: readonly Term<RowOf<Out>, A>[]): Term<In, Many<A>>
  parallel(
    a: Term<RowOf<Out>, unknown>,
    b: Term<RowOf<Out>, unknown>,
    c: Term<RowOf<Out>, unknown>,
    d: Term<RowOf<Out>, unknown>,
    e: Term<RowOf<Out>, unknown>,
    f: Term<RowOf<Out>, unknown>,
    g: Term<RowOf<Out>, unknown>,
    h: Term<RowOf<Out>, unknown>,
    i: Term<RowOf<Out>, unknown>,
    j: Term<RowOf<Out>, unknown>,
    k: Term<RowOf<Out>, unknown>,
    l: Term<RowOf<Out>, unknown>,
    m: Term<RowOf<Out>, unknown>,
    n: Term<RowOf<Out>, unknown>,
    p: Term<RowOf<Out>, unknown>,
    q: Term<RowOf<Out>, unknown>,
    r: Term<RowOf<Out>, unknown>,
    s: Term<RowOf<Out>, unknown>,
    t: Term<RowOf<Out>, unknown>,
    u: Term<RowOf<Out>, unknown>,
    more: 'parallel() takes 20 branches of different types: name them, or put parallel() into parallel()',
    ...others: unknown[]
  ): never
  parallel(...branches: unknown[]): unknown {
    return compose('sequential', [this, composeParallel(branches)])
  }

  /**
   * Only the output port `name` of this term, for composing further; the others stay as they are.
   *
   * @example
   * ```ts
   * import { fromIterable, map, toArray } from 'millrace/terms'
   *
   * const words = fromIterable(['ab', 'c']).parallel({
   *   length: map((word) => word.length),
   *   upper: map((word) => word.toUpperCase()),
   * })
   * console.log(await toArray(words.port('upper'))) // [ 'AB', 'C' ]
   * ```
   */
  port<K extends keyof RowOf<Out> & string>(name: K): Term<In, RowOf<Out>[K]> {
    return new Composite('select', [this], [name])
  }

  /**
   * The term in LogicSponge's grammar: `(Term(u); (Term(x) | Term(y)); Term(v))`.
   *
   * @example
   * ```ts
   * import { fromIterable, id, merge } from 'millrace/terms'
   *
   * const [x, y] = [id<number>().named('x'), id<number>().named('y')]
   * const term = fromIterable([1]).named('u').parallel(x, y).pipe(merge())
   * console.log(String(term)) // (Term(u); (Term(x) | Term(y)); Term(merge))
   * ```
   */
  toString(): string {
    return printTerm(this)
  }
}

/** How a composite's parts belong together. */
export type CompositeKind = 'sequential' | 'parallel' | 'select' | 'relabel'

/** A term made of terms. Users get one from `pipe`, `sequential`, `parallel`, `connect`. */
export class Composite<in In, out Out> extends Term<In, Out> {
  readonly kind: CompositeKind
  readonly parts: readonly AnyTerm[]
  /** Port names: per part of a named parallel; the one selected; the one given. */
  readonly labels: readonly string[] | undefined

  constructor(kind: CompositeKind, parts: readonly AnyTerm[], labels?: readonly string[]) {
    super()
    this.kind = kind
    this.parts = parts
    this.labels = labels
  }
}

/** True for composites, also for those of another copy of the package. */
export function isComposite(term: object): term is Composite<never, unknown> {
  return isTerm(term) && 'parts' in term
}

/** Builds a composite after checking that every part is a term. */
export function compose<In, Out>(
  kind: CompositeKind,
  parts: readonly AnyTerm[],
  labels?: readonly string[],
): Composite<In, Out> {
  for (const part of parts) {
    if (!isTerm(part)) throw new NotATermError(part, kind === 'parallel' ? 'parallel()' : 'pipe()')
  }
  return new Composite(kind, parts, labels)
}

/** Builds a parallel from `(a, b, c)` or `({ name: term })`. */
export function composeParallel<In, Out>(branches: readonly unknown[]): Composite<In, Out> {
  const [first] = branches
  if (branches.length === 0) throw new EmptyParallelError()
  if (branches.length === 1 && !isTerm(first) && isRecord(first)) {
    const names = Object.keys(first)
    if (names.length === 0) throw new EmptyParallelError()
    // a row with it would have another prototype, and one column less
    if (names.includes('__proto__'))
      throw new InvalidOptionError('The name of a branch of parallel()', '__proto__', 'another name')
    return compose(
      'parallel',
      names.map((name) => first[name] as AnyTerm),
      names,
    )
  }
  return compose('parallel', branches as readonly AnyTerm[])
}

function isRecord(value: unknown): value is Readonly<Record<string, AnyTerm>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
