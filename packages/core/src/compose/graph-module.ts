/**
 * `graph(import.meta.url, builder)`: a graph that any thread can build again, because it knows its own module.
 */

import { fileURLToPath } from 'node:url'
import { BadInputError, describe, InvalidOptionError, NoTermBuiltError } from '../errors.ts'
import { buildTracked, checkSpec, type ReadParams, readParams } from '../params/params.ts'
import type { ArgumentsOf, ParamSpec, ParamsOf } from '../params/types.ts'
import { Composite, isTerm, type Term } from '../term/term.ts'
import type { AnyTerm, InputOf, OutputOf } from '../term/types.ts'
import { isThenable } from '../values/foreign.ts'
import { type Class, registerItems } from '../values/registry.ts'

const MODULE = Symbol.for('millrace.graph')

/** Where a graph comes from: all that a worker needs to build it again. */
export interface GraphOrigin {
  /** Address of the module whose default export (or `exportName`) is the graph. */
  readonly url: string
  /** The parameters the graph was built with, converted if the module says how; structured-cloneable. */
  readonly params: unknown
  /** Whether workers freeze its items; said by the run. */
  readonly isStrict?: boolean
  /** Builds the graph once more, to be compared and thrown away. @throws {UnknownParameterError} if a parameter is not read. */
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

/** Options of `graph`. */
export interface GraphOptions {
  /**
   * What the parameters are: a standard schema (zod, valibot, arktype), or each by its name: `Number`, `String`, `Boolean`,
   * `BigInt`, `Date`, a function of the text, a default (`3` for an optional number), or `{ convert, default }`. From the
   * command line they come as text and are converted; so is text that a program gives, other values are taken as they
   * are. Workers get the converted values, which must be structured-cloneable. Default: the builder gets what was given,
   * from the command line text.
   */
  readonly params?: ParamSpec
  /**
   * Classes whose instances travel whole, with their prototypes: as items, states, results, to threads, processes and into
   * checkpoints. An instance's own enumerable properties are what it is; its constructor is not called again. Of other
   * classes, built-in ones aside, instances are refused; see docs/values.md. Default: none.
   */
  readonly items?: readonly Class[]
}

/** A module as workers need it: its parameters were converted before. */
interface Rebuildable {
  readonly [MODULE]: (params: unknown) => AnyTerm
}

/**
 * Makes a graph module: `export default graph(import.meta.url, (params) => term)`.
 *
 * Workers import the same module and call the builder with the same parameters, so closures and imports just
 * work there. The builder may depend on nothing but its parameters; that is checked when the graph is compiled, and
 * that something reads each parameter which was given.
 *
 * With the option `params` the module says what its parameters are, and their types follow.
 *
 * Whatever the module does at its top level is done in each worker as well. Keep it to definitions: put what starts
 * runs into another module, or behind `isMain(import.meta.url)`. A run that a module starts while a worker loads it is
 * refused: the run that the worker belongs to fails with a `RunWhileLoadingError`.
 *
 * @throws {InvalidOptionError} if the address, the builder or an option makes no sense.
 * @throws {InvalidParametersError} when the module is called, if a parameter is missing or makes no sense.
 * @throws {UnknownParameterError} when the module is called, or its term compiled, if a parameter is not one of its own.
 *
 * @example
 * ```ts file=powers.ts
 * import { graph } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * export default graph(import.meta.url, { params: { exponent: Number, upTo: 3 } }, ({ exponent, upTo }) =>
 *   fromIterable(Array.from({ length: upTo }, (_, i) => i + 1)).pipe(map((n) => n ** exponent)),
 * )
 * ```
 * @example
 * ```ts
 * import { toArray } from 'millrace/terms'
 * import powers from './powers.ts'
 *
 * console.log(await toArray(powers({ exponent: 3 }))) // [ 1, 8, 27 ]
 * console.log(await toArray(powers({ exponent: '2', upTo: '4' }))) // [ 1, 4, 9, 16 ]
 * ```
 */
export function graph<Built extends AnyTerm, Params = unknown>(
  url: string,
  builder: (params: Params) => Built,
): GraphModule<Params, InputOf<Built>, OutputOf<Built>>
export function graph<Built extends AnyTerm, Spec extends ParamSpec>(
  url: string,
  options: GraphOptions & { readonly params: Spec },
  builder: (params: ParamsOf<Spec>) => Built,
): GraphModule<ArgumentsOf<Spec>, InputOf<Built>, OutputOf<Built>>
export function graph<Built extends AnyTerm, Params = unknown>(
  url: string,
  options: GraphOptions & { readonly params?: never },
  builder: (params: Params) => Built,
): GraphModule<Params, InputOf<Built>, OutputOf<Built>>
export function graph(url: string, ...rest: readonly unknown[]): unknown {
  const [options, builder] = rest.length > 1 ? rest : [{}, rest[0]]
  if (typeof url !== 'string' || url === '') {
    throw new InvalidOptionError('The first argument of graph()', url, 'import.meta.url')
  }
  const where = `graph(${url.startsWith('file:') ? fileURLToPath(url) : url})`
  if (typeof builder !== 'function') {
    throw new InvalidOptionError('The last argument of graph()', builder, 'a function that returns a term')
  }
  const build = builder as (params: unknown) => unknown
  const { params: spec, items } = optionsOf(options)
  if (items !== undefined) registerItems(url, items)
  if (spec !== undefined) checkSpec(spec, where)
  const checked = (term: unknown): AnyTerm => {
    if (!isTerm(term)) throw new NoTermBuiltError(term, url, isThenable(term))
    return term
  }
  const built = (read: ReadParams): AnyTerm =>
    new GraphTerm<never, unknown>(checked(build(read.params)), {
      url,
      params: read.params,
      rebuild: () => checked(buildTracked(build, read, where)),
    })
  const make = (given?: unknown): AnyTerm => built(readParams(spec, given, where))
  const rebuilt: Rebuildable = { [MODULE]: (params) => built({ params, unread: [] }) }
  return Object.assign(make, { url }, rebuilt)
}

function optionsOf(options: unknown): GraphOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('The second argument of graph()', options, 'a record of options')
  }
  const unknown = Object.keys(options).find((name) => !['params', 'items'].includes(name))
  if (unknown !== undefined) throw new InvalidOptionError('An option of graph()', unknown, 'params or items')
  return options
}

/** True for what `graph` returns, also for that of another copy of the package. */
export function isGraphModule(value: unknown): value is GraphModule<unknown, never, unknown> {
  return typeof value === 'function' && MODULE in value
}

/**
 * As {@link termOfExport}, with parameters that were converted before: in workers.
 *
 * @throws {BadInputError} if the export is no graph.
 */
export function termRebuilt(exported: unknown, params: unknown, where: string): AnyTerm {
  return isGraphModule(exported)
    ? (exported as unknown as Rebuildable)[MODULE](params)
    : termOfExport(exported, params, where)
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
