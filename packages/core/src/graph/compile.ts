/** `compileGraph`: term in, checked graph out. Called by `run`, by the exports and by schedulers. */

import { GraphTerm } from '../compose/graph-module.ts'
import { NondeterministicBuilderError, NotATermError } from '../errors.ts'
import { isTerm } from '../term/term.ts'
import type { AnyTerm } from '../term/types.ts'
import { buildGraph } from './build.ts'
import { checkGraph } from './check.ts'
import { fingerprint, firstDifference } from './fingerprint.ts'
import type { Graph } from './graph.ts'

/**
 * Builds and checks the graph of a term. A graph module's builder is called a second time, to see that it gives
 * the same graph.
 *
 * @throws {MillraceError} of the kind that names what is wrong; see `errors.ts`.
 */
export function compileGraph(term: AnyTerm): Graph {
  const graph = sketchGraph(term)
  checkGraph(graph)
  return graph
}

/** As {@link compileGraph}, for terms that may still have open inputs: what the pictures are drawn from. */
export function sketchGraph(term: AnyTerm): Graph {
  if (!isTerm(term)) throw new NotATermError(term, 'run()')
  const graph = buildGraph(term)
  if (term instanceof GraphTerm) {
    const { url, rebuild } = term.origin
    const difference = firstDifference(fingerprint(graph), fingerprint(buildGraph(rebuild())))
    if (difference !== undefined) throw new NondeterministicBuilderError(url, ...difference)
  }
  return graph
}
