/**
 * Loads a graph in a worker: imports the module, builds the graph, checks that it is the one that is meant.
 */

import { BadInputError, fingerprint, ModuleTerm, messageOf, termRebuilt } from '@millrace/core'
import { buildGraph, type Node, restoreValue, strictKernel, whileLoading } from '@millrace/core/engine'
import { registerTypeScript } from '../typescript/register.ts'
import { hashOf } from './hash.ts'
import { preload } from './preload.ts'
import type { GraphRef } from './protocol.ts'

/** What a worker knows of a graph. */
export type LoadedGraph =
  | { readonly kind: 'loaded'; readonly nodes: readonly Node[] }
  | { readonly kind: 'mismatch'; readonly lines: readonly string[] }

/** Graphs kept at most; the least recently loaded go first. */
const MAX_GRAPHS = 16
const graphs = new Map<string, Promise<LoadedGraph>>()

/** Loads a graph, once per worker. @throws {BadInputError} if the module cannot be loaded or has no graph. */
export function loadGraph(ref: GraphRef): Promise<LoadedGraph> {
  const known = graphs.get(ref.key)
  if (known !== undefined) return known
  const graph = buildGraphOf(ref).then((loaded) => {
    // a term that keeps things in its fields is told so: its next batch may run elsewhere
    if (loaded.kind === 'loaded' && ref.exportName === undefined)
      for (const { leaf } of loaded.nodes) Object.freeze(leaf)
    return loaded
  })
  graphs.set(ref.key, graph)
  graph.catch(() => graphs.delete(ref.key)) // what kept it from loading may pass
  if (graphs.size > MAX_GRAPHS) graphs.delete(graphs.keys().next().value as string)
  return graph
}

/**
 * Builds a graph anew.
 * @throws {BadInputError} if the module cannot be loaded or has no graph.
 * @throws {RunWhileLoadingError} if the module starts a run.
 */
export async function buildGraphOf({
  url,
  exportName,
  params: carried,
  fingerprint: expected,
  isStrict = false,
}: GraphRef): Promise<LoadedGraph> {
  await prepare(url)
  return whileLoading(url, async () => {
    if (exportName !== undefined) {
      // what keeps it from loading is for its term to tell
      await import(url).catch(() => undefined)
      return { kind: 'loaded', nodes: buildGraph(new ModuleTerm(url, { export: exportName })).nodes }
    }
    let module: { readonly default?: unknown }
    try {
      module = (await import(url)) as { readonly default?: unknown }
    } catch (cause) {
      throw new BadInputError(`A worker cannot load ${url}: ${messageOf(cause)}`, { cause })
    }
    // what is sent on to another worker must stay as it is
    const params = restoreValue(carried.mending === undefined ? carried : structuredClone(carried))
    const graph = buildGraph(termRebuilt(module.default, params, url))
    const lines = fingerprint(graph, false)
    if (hashOf(lines.join('\n')) !== expected) return { kind: 'mismatch', lines }
    if (isStrict) for (const node of graph.nodes) makeStrict(node)
    return { kind: 'loaded', nodes: graph.nodes }
  })
}

/** The graph is this run's own: nothing else sees its terms. */
function makeStrict({ id, leaf }: Node): void {
  const { kernel } = leaf
  Object.defineProperty(leaf, 'kernel', { value: () => strictKernel(id, kernel.call(leaf)) })
}

async function prepare(url: string): Promise<void> {
  if (!/\.[cm]?tsx?(\?|$)/.test(url)) return
  await preload()
  await registerTypeScript()
}

/** A run has ended: its graphs are needed no more. */
export function forgetGraphs(run: string): void {
  for (const key of graphs.keys()) if (key.startsWith(run)) graphs.delete(key)
}
