/**
 * `replayGraph`: a graph as it is when items are fed to some of its nodes, and its sources give nothing. Called by `Run`,
 * for items that were set aside in an earlier run.
 *
 * What cannot be reached from these nodes is left out. A node that others still feed gets their items and the replayed
 * ones, joined as they come.
 */

import { InvalidOptionError, WouldReplaceError } from '../errors.ts'
import { kernelTerm, type Leaf } from '../term/leaf.ts'
import { mayFailOnItems } from './check-policies.ts'
import { type AnyLeaf, type Graph, type GraphEdge, type Node, OUT } from './graph.ts'
import { makeNode } from './make-node.ts'

/** Items by the id of the node that they enter. */
export type Replay = Readonly<Record<string, Iterable<unknown> | AsyncIterable<unknown>>>

/** @throws {InvalidOptionError} for a node that the graph does not have, or that takes no items one by one. */
export function replayGraph(graph: Graph, replay: Replay): Graph {
  if (Object.keys(replay).length === 0)
    throw new InvalidOptionError('replay', replay, 'items of at least one term')
  const targets = new Map(Object.entries(replay).map(([id, items]) => [targetOf(graph, id), items]))
  return new ReplayBuilder(graph, targets).build()
}

/** @throws {WouldReplaceError} if sinks of the graph would replace what an earlier run wrote. */
export function checkNothingReplaced({ nodes }: Graph): void {
  const files = nodes.flatMap(({ id, leaf }) => {
    const file = leaf.replaces?.()
    return file === undefined ? [] : [[id, file] as const]
  })
  if (files.length > 0) throw new WouldReplaceError(files)
}

function targetOf({ nodes }: Graph, id: string): Node {
  const found = nodes.find((node) => node.id === id)
  if (found !== undefined && mayFailOnItems(found.leaf.kernel())) return found
  const able = nodes.filter(({ leaf }) => mayFailOnItems(leaf.kernel())).map((node) => node.id)
  throw new InvalidOptionError(
    'replay',
    id,
    `by terms that take items one by one: ${able.join(', ') || 'none'}`,
  )
}

class ReplayBuilder {
  readonly #graph: Graph
  readonly #targets: ReadonlyMap<Node, Replay[string]>
  readonly #nodes: Node[] = []
  readonly #edges: GraphEdge[] = []
  /** The new node for each that is kept. */
  readonly #made = new Map<Node, Node>()

  constructor(graph: Graph, targets: ReadonlyMap<Node, Replay[string]>) {
    this.#graph = graph
    this.#targets = targets
  }

  build(): Graph {
    const kept = new Set(this.#targets.keys())
    for (const node of kept) for (const { to } of node.outputs) kept.add(to)
    for (const node of this.#graph.nodes) {
      if (kept.has(node))
        this.#made.set(node, this.#keep({ ...node, index: this.#nodes.length, inputs: [], outputs: [] }))
    }
    for (const [node, made] of this.#made) this.#feed(node, made)
    const outputs = this.#graph.outputs.flatMap((output) => {
      const node = this.#made.get(output.node)
      return node === undefined ? [] : [{ ...output, node }]
    })
    return { nodes: this.#nodes, edges: this.#edges, outputs }
  }

  #add(id: string, leaf: AnyLeaf, how?: Pick<Node, 'rows' | 'positional'>): Node {
    return this.#keep(makeNode(this.#nodes.length, id, leaf, how))
  }

  #keep(node: Node): Node {
    this.#nodes.push(node)
    return node
  }

  #join(from: Node, to: Node, edge: Pick<GraphEdge, 'output' | 'input' | 'options'>): void {
    const { output, input, options } = edge
    const made: GraphEdge = { from, output, to, input, options }
    from.outputs.push(made)
    to.inputs.push(made)
    this.#edges.push(made)
  }

  #feed(node: Node, made: Node): void {
    const items = this.#targets.get(node)
    if (items === undefined) {
      this.#copyInputs(node, made)
      return
    }
    const source = this.#add(`replay(${node.id})`, sourceOf(items))
    made.rows = false // a row comes as it was when it was set aside
    made.positional = false
    const [first] = node.inputs
    const plain = { output: OUT, input: first?.input ?? OUT, options: first?.options ?? {} }
    if (!node.inputs.some(({ from }) => this.#made.has(from))) {
      this.#join(source, made, plain)
      return
    }
    const before = this.#add(`before(${node.id})`, local({ kind: 'map', f: (item: unknown) => item }), node)
    const joined = this.#add(`joined(${node.id})`, local({ kind: 'merge', tagged: false }))
    this.#copyInputs(node, before)
    this.#join(before, joined, { output: OUT, input: 'before', options: {} })
    this.#join(source, joined, { output: OUT, input: 'replay', options: {} })
    this.#join(joined, made, plain)
  }

  /** What fed the node and is not kept feeds it no more, but the input stays: rows and merges know it. */
  #copyInputs(node: Node, made: Node): void {
    for (const edge of node.inputs) {
      const from = this.#made.get(edge.from) ?? this.#add(`nothing(${edge.from.id})`, sourceOf([]))
      this.#join(from, made, edge.from.id === from.id ? edge : { ...edge, output: OUT })
    }
  }
}

function sourceOf(items: Replay[string]): AnyLeaf {
  return local({ kind: 'source', self: {}, f: () => items })
}

function local(kernel: Parameters<typeof kernelTerm>[1]): AnyLeaf {
  return (kernelTerm('replay', kernel) as Leaf<never, unknown>).local()
}
