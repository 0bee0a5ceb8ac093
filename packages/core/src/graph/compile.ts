/** `compileGraph`: term in, checked graph out. Called by `run`, by the exports and by schedulers. */

import { NondeterministicBuilderError, NotATermError } from '../errors.ts'
import { isTerm } from '../term/term.ts'
import type { AnyTerm } from '../term/types.ts'
import { buildGraph } from './build.ts'
import { checkGraph } from './check.ts'
import { checkPolicies } from './check-policies.ts'
import { fingerprint, firstDifference } from './fingerprint.ts'
import type { Graph } from './graph.ts'
import { graphTermsIn } from './origins.ts'

/**
 * Builds and checks the graph of a term. The builder of each graph module in it is called a second time, to see that it
 * gives the same graph and reads its parameters.
 *
 * @param settle as `RunOptions.settle`
 * @throws {MillraceError} of the kind that names what is wrong; see `errors.ts`.
 *
 * @example
 * ```ts
 * import { compileGraph } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const graph = compileGraph(fromIterable([1]).pipe(map((n) => n + 1)))
 * console.log(graph.nodes.map(({ id }) => id), graph.outputs.map(({ name }) => name)) // [ 'fromIterable', 'map' ] [ 'out' ]
 * ```
 */
export function compileGraph(term: AnyTerm, settle?: (graph: Graph) => void): Graph {
  const graph = sketchGraph(term)
  checkGraph(graph)
  settle?.(graph)
  checkPolicies(graph.nodes)
  return graph
}

/** As {@link compileGraph}, for terms that may still have open inputs: what the pictures are drawn from. */
export function sketchGraph(term: AnyTerm): Graph {
  if (!isTerm(term)) throw new NotATermError(term, 'run()')
  const graph = buildGraph(term)
  for (const part of graphTermsIn(term)) {
    const { url, rebuild } = part.origin
    const first = part === term ? graph : buildGraph(part)
    const difference = firstDifference(fingerprint(first), fingerprint(buildGraph(rebuild())))
    if (difference !== undefined) throw new NondeterministicBuilderError(url, ...difference)
  }
  return graph
}
