/**
 * `graph(import.meta.url, builder)`: a graph that any thread can build again, because it knows its own module.
 */

import { BadInputError, describe, InvalidOptionError, NoTermBuiltError } from '../errors.ts'
import { Composite, isTerm, type Term } from '../term/term.ts'
import type { AnyTerm, InputOf, OutputOf } from '../term/types.ts'

const MODULE = Symbol.for('millrace.graph')

/** Where a graph comes from: all that a worker needs to build it again. */
export interface GraphOrigin {
  /** Address of the module whose default export (or `exportName`) is the graph. */
  readonly url: string
  /** The parameters the graph was built with; structured-cloneable. */
  readonly params: unknown
  /** Builds the graph anew. */
  readonly rebuild: () => AnyTerm
}

/** A term built by a graph module: it can run on workers. */
export class GraphTerm<in In, out Out> extends Composite<In, Out> {
  /** Where the graph comes from. */
  readonly origin: GraphOrigin

  constructor(term: Term<In, Out>, origin: GraphOrigin) {
    super('sequential', [term])
    this.origin = origin
  }
}

/** True for terms that a graph module built, also with another copy of the package. */
export function isGraphTerm(term: object): term is GraphTerm<never, unknown> {
  return isTerm(term) && 'origin' in term
}

/** What a builder without parameters, or with none but optional ones, can be called with. */
type EmptyParams = Readonly<Record<never, never>>

/** What `graph` returns: a function from parameters to the graph's term. */
export interface GraphModule<Params, In, Out> {
  (...params: EmptyParams extends Params ? [params?: Params] : [params: Params]): GraphTerm<In, Out>
  /** Address of the module. */
  readonly url: string
}

/**
 * Makes a graph module: `export default graph(import.meta.url, (params) => term)`.
 *
 * Workers import the same module and call the builder with the same parameters, so closures and imports just
 * work there. The builder may depend on nothing but its parameters; that is checked when the graph is compiled.
 *
 * @throws {InvalidOptionError} if the address or the builder is missing.
 *
 * @example
 * ```ts
 * import { graph } from 'millrace'
 * import { fromIterable, map, toArray } from 'millrace/terms'
 *
 * const powers = graph(import.meta.url, ({ exponent }: { exponent: number }) =>
 *   fromIterable([1, 2, 3]).pipe(map((n) => n ** exponent)),
 * )
 * export default powers
 * console.log(await toArray(powers({ exponent: 3 }))) // [ 1, 8, 27 ]
 * ```
 */
export function graph<Built extends AnyTerm, Params = unknown>(
  url: string,
  builder: (params: Params) => Built,
): GraphModule<Params, InputOf<Built>, OutputOf<Built>> {
  type In = InputOf<Built>
  type Out = OutputOf<Built>
  if (typeof url !== 'string' || url === '') {
    throw new InvalidOptionError('The first argument of graph()', url, 'import.meta.url')
  }
  if (typeof builder !== 'function') {
    throw new InvalidOptionError('The second argument of graph()', builder, 'a function that returns a term')
  }
  const build = (params: Params): Term<In, Out> => {
    const term: unknown = builder(params)
    if (!isTerm(term)) throw new NoTermBuiltError(term, url)
    return term as Term<In, Out>
  }
  const make = (params?: Params): GraphTerm<In, Out> =>
    new GraphTerm(build(params as Params), { url, params, rebuild: () => build(params as Params) })
  return Object.assign(make, { url, [MODULE]: true as const }) as GraphModule<Params, In, Out>
}

/** True for what `graph` returns, also for that of another copy of the package. */
export function isGraphModule(value: unknown): value is GraphModule<unknown, never, unknown> {
  return typeof value === 'function' && MODULE in value
}

/**
 * The term that a module's export stands for: a graph module is called with `params`, a term is taken as it is.
 *
 * @throws {BadInputError} if the export is neither.
 */
export function termOfExport(exported: unknown, params: unknown, where: string): AnyTerm {
  if (isGraphModule(exported)) return exported(params)
  if (isTerm(exported)) return exported
  throw new BadInputError(
    `${where} exports no graph: its default export is ${describe(exported)}. ` +
      'Write: export default graph(import.meta.url, (params) => term).',
  )
}
