/**
 * `tapGraph`: a graph with lookouts between its terms: each calls a function with every item that passes, and passes it.
 * Called by `Run`. A graph without taps is left as it is, so that taps cost nothing where there are none.
 *
 * A lookout is a term like any other, pinned to the caller's thread: under every strategy items come by, and come by in
 * their order. Terms that it stands between are no longer run as one loop.
 */

import { InvalidOptionError } from '../errors.ts'
import { nearest } from '../params/nearest.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { type AnyLeaf, type Graph, type GraphEdge, type Node, OUT } from './graph.ts'
import { makeNode } from './make-node.ts'

/**
 * Looks at the items that leave a term, or that enter it if it is a sink. For watching a run; the answer and the ledger are
 * the same with and without.
 */
export interface Tap {
  /** The id of the term. */
  readonly term: string
  /** The output port. Default: all. */
  readonly port?: string
  /** Gets each item, on the caller's thread. It holds the term back while it works; what it throws ends the run. */
  onItem(item: unknown): void
}

/** @throws {InvalidOptionError} for a term, or a port, that the graph does not have. */
export function tapGraph(graph: Graph, taps: readonly Tap[]): Graph {
  return taps.reduce((tapped, tap) => new TapBuilder(tapped, tap).build(), graph)
}

class TapBuilder {
  readonly #graph: Graph
  readonly #tap: Tap
  readonly #nodes: Node[]
  readonly #edges: GraphEdge[] = []
  /** The edges that took the place of one: where it began, and where it ended. */
  readonly #made = new Map<GraphEdge, { readonly first: GraphEdge; readonly last: GraphEdge }>()
  /** The lookout of each port. */
  readonly #lookouts = new Map<string, { readonly node: Node; readonly edge: GraphEdge }>()

  constructor(graph: Graph, tap: Tap) {
    this.#graph = graph
    this.#tap = tap
    this.#nodes = graph.nodes.map((node) => ({ ...node, inputs: [], outputs: [] }))
  }

  build(): Graph {
    const target = this.#target()
    const isSink = target.outputs.length === 0 && !this.#graph.outputs.some(({ node }) => node === target)
    for (const edge of this.#graph.edges) this.#copy(edge, target, isSink)
    const outputs = this.#graph.outputs.map((open) => {
      if (open.node !== target || !this.#isTapped(open.output)) return { ...open, node: this.#of(open.node) }
      return { ...open, node: this.#lookoutOf(target, open.output).node, output: OUT }
    })
    for (const node of this.#graph.nodes) {
      const made = this.#of(node)
      for (const edge of node.inputs) made.inputs.push(this.#made.get(edge)?.last as GraphEdge)
      for (const edge of node.outputs) {
        const { first } = this.#made.get(edge) as { first: GraphEdge }
        if (!made.outputs.includes(first)) made.outputs.push(first)
      }
    }
    // what leaves the graph may be read by nothing inside of it
    for (const { edge } of this.#lookouts.values()) {
      if (!edge.from.outputs.includes(edge)) edge.from.outputs.push(edge)
    }
    return { nodes: this.#nodes, edges: this.#edges, outputs }
  }

  #target(): Node {
    return tappedNode(this.#graph, this.#tap)
  }

  #isTapped(port: string): boolean {
    return this.#tap.port === undefined || this.#tap.port === port
  }

  #of(node: Node): Node {
    return this.#nodes[node.index] as Node
  }

  #copy(edge: GraphEdge, target: Node, isSink: boolean): void {
    const { from, output, to, input, options } = edge
    if (isSink ? to === target : from === target && this.#isTapped(output)) {
      const lookout = isSink ? this.#addLookout(from, output, input) : this.#lookoutOf(target, output)
      const last = { from: lookout.node, output: OUT, to: this.#of(to), input, options }
      lookout.node.outputs.push(last)
      this.#edges.push(last)
      this.#made.set(edge, { first: lookout.edge, last })
      return
    }
    const copy = { ...edge, from: this.#of(from), to: this.#of(to) }
    this.#edges.push(copy)
    this.#made.set(edge, { first: copy, last: copy })
  }

  #lookoutOf(node: Node, port: string): { readonly node: Node; readonly edge: GraphEdge } {
    const found = this.#lookouts.get(port) ?? this.#addLookout(node, port, port)
    this.#lookouts.set(port, found)
    return found
  }

  #addLookout(from: Node, output: string, name: string): { readonly node: Node; readonly edge: GraphEdge } {
    const { term } = this.#tap
    const ids = new Set(this.#nodes.map(({ id }) => id))
    const plain = `tap(${name === OUT || name === from.id ? term : `${term}:${name}`})`
    let id = plain
    for (let n = 2; ids.has(id); n++) id = `${plain}#${n}`
    const node = makeNode(this.#nodes.length, id, lookout(this.#tap))
    const edge = { from: this.#of(from), output, to: node, input: OUT, options: {} }
    node.inputs.push(edge)
    this.#nodes.push(node)
    this.#edges.push(edge)
    return { node, edge }
  }
}

/** The node that a tap, or a look, is of. @throws {InvalidOptionError} for a term, or a port, that the graph does not have. */
export function tappedNode({ nodes }: Graph, { term, port }: Pick<Tap, 'term' | 'port'>): Node {
  const target = nodes.find(({ id }) => id === term)
  const ids = nodes.map(({ id }) => id)
  if (target === undefined) {
    const near = nearest(term, ids)
    const known = ids.length > 20 ? `${ids.slice(0, 20).join(', ')}, …` : ids.join(', ')
    throw new InvalidOptionError(
      'The term of a tap',
      term,
      `one of the graph's: ${near === undefined ? known : near}`,
    )
  }
  const ports = target.leaf.outputs ?? [OUT]
  if (port !== undefined && !ports.includes(port)) {
    throw new InvalidOptionError(`The port of a tap of ${term}`, port, `one of ${ports.join(', ')}`)
  }
  return target
}

function lookout(tap: Tap): AnyLeaf {
  const f = (item: unknown): void => tap.onItem(item)
  return (kernelTerm('tap', { kind: 'tap', f }) as Leaf<never, unknown>).local()
}
