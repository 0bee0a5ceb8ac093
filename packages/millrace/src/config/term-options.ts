/**
 * `terms: { 'sketch*': { capacityItems: 100, local: true } }`: settings of single terms, from outside the graph. Called
 * by `run` and by `millrace run`.
 *
 * A pattern matches a term by its name or by its id in the graph (`map` all maps, `map#2` the second), and wins over
 * what the graph itself says with `edge()`, `local()` and `onFailure()`. The terms stay as they are: each may be in several runs.
 */

import { describe, type EdgeOptions, type FailurePolicy, type Graph, type Node } from '@millrace/core'
import { isPlain, mayFailOnItems } from '@millrace/core/engine'
import { meant } from './explain.ts'
import { fitsGlob, nearestToGlob } from './glob.ts'
import { nameOf } from './setting.ts'
import type { RunConfig, TermOptions } from './settings.ts'

/** Settings of single terms, by name or glob. */
export type TermsConfig = NonNullable<RunConfig['terms']>

/** Names in a message at most: a graph may have thousands of terms. */
const MAX_NAMES = 20

/** A line for each pattern that matches nothing, and for each bound that bounds nothing; `whose` names the graph. */
export function mistakesInTerms(graph: Graph, terms: TermsConfig, whose = 'the graph'): string[] {
  return Object.entries(terms).flatMap(([pattern, options]) => {
    const matched = graph.nodes.filter((node) => matches(pattern, node))
    if (matched.length === 0) return [unmatched(pattern, options, graph, whose)]
    if (Object.keys(apart(options).policy).length > 0 && !matched.some(mayFail)) {
      return [cannotFail(pattern, options, matched, graph)]
    }
    if (matched.some(({ inputs }) => inputs.length > 0)) return []
    const { bounds } = apart(options)
    return Object.entries(bounds).map(
      ([name, value]) =>
        `${nameOf(['terms', pattern, name])} (${describe(value)}) bounds no edge: nothing is piped into ` +
        `${listed(matched)}. Terms with an input: ${listed(graph.nodes.filter(({ inputs }) => inputs.length > 0))}.`,
    )
  })
}

/** Settles in the nodes of a graph, which is one run's own, what `terms` says of them. */
export function applyTerms(graph: Graph, terms: TermsConfig): void {
  for (const node of graph.nodes) {
    const { local, bounds, policy } = apart(optionsFor(node, terms))
    // a worker, which builds the term as its module says, knows nothing of a function that this run gives
    if (local === true || !isPlain(policy.fallback)) node.isLocal = true
    for (const edge of node.inputs) edge.options = { ...edge.options, ...bounds }
    if (mayFail(node)) node.policy = { ...node.policy, ...policy }
  }
}

type Policy = FailurePolicy<never, unknown>

/** Options by what they are about. */
function apart({ local, retry, timeoutMs, onError, fallback, circuit, ...bounds }: TermOptions): {
  readonly local: boolean | undefined
  readonly bounds: EdgeOptions
  readonly policy: Policy
} {
  const given = Object.entries({ retry, timeoutMs, onError, fallback, circuit })
  return { local, bounds, policy: Object.fromEntries(given.filter(([, value]) => value !== undefined)) }
}

/** A pattern for all terms leaves out those in which no item can fail. */
function mayFail({ leaf }: Node): boolean {
  return mayFailOnItems(leaf.kernel())
}

function optionsFor(node: Node, terms: TermsConfig): TermOptions {
  const matching = Object.entries(terms).filter(([pattern]) => matches(pattern, node))
  return Object.assign({}, ...matching.map(([, options]) => options)) as TermOptions
}

function matches(pattern: string, { id, leaf }: Node): boolean {
  return fitsGlob(pattern, id) || fitsGlob(pattern, leaf.name)
}

function cannotFail(
  pattern: string,
  options: TermOptions,
  matched: readonly Node[],
  { nodes }: Graph,
): string {
  const [name, value] = Object.entries(apart(options).policy)[0] ?? ['', undefined]
  return (
    `${nameOf(['terms', pattern, name])} (${describe(value)}) has no effect: no item can fail in ` +
    `${listed(matched)}. Terms that take items one by one: ${listed(nodes.filter(mayFail))}.`
  )
}

function unmatched(pattern: string, options: TermOptions, { nodes }: Graph, whose: string): string {
  const near = nearestToGlob(
    pattern,
    nodes.flatMap(({ id, leaf }) => [leaf.name, id]),
  )
  const path = nameOf(['terms', pattern])
  return `${path} (${describe(options)}) matches no term of ${whose}. ${meant(near)}Its terms: ${listed(nodes)}.`
}

function listed(nodes: readonly Node[]): string {
  const names = nodes.slice(0, MAX_NAMES).map(({ id }) => id)
  const more = nodes.length - names.length
  return `${names.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`
}
