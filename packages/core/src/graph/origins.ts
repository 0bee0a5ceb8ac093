/**
 * Where the nodes of a graph come from: the graph module that built each, and its place in there. A term may hold
 * several graph modules, and terms that no module built. Called by `run`, used by schedulers.
 */

import { type GraphOrigin, type GraphTerm, isGraphTerm } from '../compose/graph-module.ts'
import { isComposite } from '../term/term.ts'
import type { AnyTerm } from '../term/types.ts'
import { buildGraph } from './build.ts'
import { fingerprint } from './fingerprint.ts'
import type { AnyLeaf } from './graph.ts'

/** A node's place in a graph module. */
export interface NodeOrigin {
  readonly origin: GraphOrigin
  /** Position among the nodes of that module's graph. */
  readonly index: number
  /** The fingerprint of that graph, without functions. */
  readonly fingerprint: string
}

/** The origins of all leaves that a graph module built. */
export type Origins = ReadonlyMap<AnyLeaf, NodeOrigin>

/** Finds the origins of a term's leaves; of nested graph modules the outermost counts. */
export function originsOf(term: AnyTerm, isStrict = false): Origins {
  const origins = new Map<AnyLeaf, NodeOrigin>()
  for (const part of graphTermsIn(term)) addModule(part, origins, isStrict)
  return origins
}

/** What graph modules have built in a term, without what lies within those. */
export function graphTermsIn(term: AnyTerm): GraphTerm<never, unknown>[] {
  const found: GraphTerm<never, unknown>[] = []
  const seen = new Set<AnyTerm>()
  const work: AnyTerm[] = [term]
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (isGraphTerm(next)) found.push(next)
    else if (isComposite(next)) for (const part of next.parts) work.push(part)
  }
  return found
}

function addModule(
  term: GraphTerm<never, unknown>,
  origins: Map<AnyLeaf, NodeOrigin>,
  isStrict: boolean,
): void {
  const origin = { ...term.origin, isStrict }
  const graph = buildGraph(term)
  const lines = fingerprint(graph, false).join('\n')
  graph.nodes.forEach(({ leaf }, index) => {
    if (!origins.has(leaf)) origins.set(leaf, { origin, index, fingerprint: lines })
  })
}
