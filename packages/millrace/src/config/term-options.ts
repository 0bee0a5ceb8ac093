/**
 * `terms: { 'sketch*': { capacityItems: 100, local: true } }`: settings of single terms, from outside the graph. Called
 * by `run` and by `millrace run`.
 *
 * A pattern matches a term by its name or by its id in the graph (`map` all maps, `map#2` the second), and wins over
 * what the graph itself says with `edge()`. It changes no term for good: a term may be in several runs.
 */

import {
  type AnyLeaf,
  describe,
  type EdgeOptions,
  type FailurePolicy,
  type Graph,
  type Node,
} from '@millrace/core'
import { mayFailOnItems } from '@millrace/core/engine'
import { meant } from './explain.ts'
import { fitsGlob, nearestToGlob } from './glob.ts'
import { nameOf } from './setting.ts'
import type { RunConfig, TermOptions } from './settings.ts'

type TermsConfig = NonNullable<RunConfig['terms']>

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

/**
 * Makes the terms of a graph look as `terms` says. Bounds are read when a run compiles the graph, pins and policies
 * until it ends: then they are to be restored.
 */
export function applyTerms(graph: Graph, terms: TermsConfig): { restoreBounds(): void; restore(): void } {
  const bounded: (() => void)[] = []
  const pinned: (() => void)[] = []
  for (const node of graph.nodes) {
    const { local, bounds, policy } = apart(optionsFor(node, terms))
    if (Object.keys(bounds).length > 0) bounded.push(bound(node.leaf, bounds))
    if (local === true) pinned.push(pin(node.leaf))
    if (mayFail(node) && Object.keys(policy).length > 0) pinned.push(setPolicy(node.leaf, policy))
  }
  return { restoreBounds: () => callEach(bounded), restore: () => callEach(pinned) }
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

function callEach(functions: readonly (() => void)[]): void {
  for (const f of functions) f()
}

function optionsFor(node: Node, terms: TermsConfig): TermOptions {
  const matching = Object.entries(terms).filter(([pattern]) => matches(pattern, node))
  return Object.assign({}, ...matching.map(([, options]) => options)) as TermOptions
}

function matches(pattern: string, { id, leaf }: Node): boolean {
  return fitsGlob(pattern, id) || fitsGlob(pattern, leaf.name)
}

function bound(leaf: AnyLeaf, bounds: TermOptions): () => void {
  const value = { ...leaf.edgeOptions, ...bounds }
  Object.defineProperty(leaf, 'edgeOptions', { value, configurable: true })
  return () => void Reflect.deleteProperty(leaf, 'edgeOptions')
}

/** The policies that runs under way have given to a term, the latest last. */
const policiesOf = new WeakMap<AnyLeaf, Policy[]>()

/** While several runs each say something else, the latest holds for terms that begin then. */
function setPolicy(leaf: AnyLeaf, policy: Policy): () => void {
  const others = policiesOf.get(leaf) ?? []
  Reflect.deleteProperty(leaf, 'failurePolicy')
  const value = { ...leaf.failurePolicy, ...policy }
  policiesOf.set(leaf, [...others, value])
  define(leaf, value)
  return () => {
    const left = (policiesOf.get(leaf) ?? []).filter((other) => other !== value)
    policiesOf.set(leaf, left)
    Reflect.deleteProperty(leaf, 'failurePolicy')
    const last = left.at(-1)
    if (last !== undefined) define(leaf, last)
  }
}

function define(leaf: AnyLeaf, value: Policy): void {
  Object.defineProperty(leaf, 'failurePolicy', { value, configurable: true })
}

/** How many runs pin a term that does not do so itself. */
const pinnedBy = new WeakMap<AnyLeaf, number>()

function pin(leaf: AnyLeaf): () => void {
  const others = pinnedBy.get(leaf) ?? 0
  if (others === 0 && leaf.isLocal) return () => undefined
  pinnedBy.set(leaf, others + 1)
  Object.defineProperty(leaf, 'isLocal', { value: true, configurable: true })
  return () => {
    const left = (pinnedBy.get(leaf) ?? 1) - 1
    if (left > 0) pinnedBy.set(leaf, left)
    else {
      pinnedBy.delete(leaf)
      Reflect.deleteProperty(leaf, 'isLocal')
    }
  }
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
