/**
 * Turns a term into a graph: one node per leaf object, one edge per pair of ports. Called by `compileGraph`.
 *
 * Works with an explicit stack, so nesting depth is bounded by memory only.
 */

import {
  MixedPortsError,
  NoOutputError,
  SourceWithInputError,
  TwoWritersError,
  UnknownPortError,
} from '../errors.ts'
import { type Composite, isComposite, type Term } from '../term/term.ts'
import type { AnyTerm } from '../term/types.ts'
import { type AnyLeaf, type Graph, type GraphEdge, type Node, OUT } from './graph.ts'
import { makeNode } from './make-node.ts'

/** An output on its way to a reader. Without a label it is known by its position, or by its node's name. */
interface Outlet {
  readonly node: Node
  readonly output: string
  readonly label: string | undefined
  /** Whether the label makes rows even where there is only one: it is part of the term's type. */
  readonly isPort: boolean
}

/** What a term looks like from outside: who takes its input, who gives its output. */
interface Shape {
  readonly inlets: readonly Node[]
  readonly outlets: readonly Outlet[]
}

interface Wire {
  readonly edge: GraphEdge
  readonly label: string | undefined
  /** Position among the outputs of one composition; two of one composition make a tuple row. */
  readonly position: number
  readonly group: number
}

/**
 * The graph that `term` stands for, not yet checked as a whole (see `check.ts`).
 *
 * @throws {TwoWritersError} {@link UnknownPortError} {@link SourceWithInputError} {@link NoOutputError}
 *   {@link MixedPortsError} for compositions that make no sense.
 */
export function buildGraph(term: AnyTerm): Graph {
  const builder = new GraphBuilder()
  return builder.build(term)
}

/** A list with one more. Most have one: an array that grows from none keeps room for sixteen. */
function appended(edges: GraphEdge[], edge: GraphEdge): GraphEdge[] {
  if (edges.length === 0) return [edge]
  edges.push(edge)
  return edges
}

class GraphBuilder {
  readonly #nodes = new Map<object, Node>()
  readonly #names = new Map<string, number>()
  readonly #shapes = new Map<object, Shape>()
  readonly #wires = new Map<Node, Map<string, Wire>>()
  #groups = 0

  build(term: AnyTerm): Graph {
    const work: AnyTerm[] = [term]
    while (work.length > 0) {
      const next = work[work.length - 1] as AnyTerm
      if (this.#shapes.has(next)) {
        work.pop()
        continue
      }
      const parts = partsOf(next)
      const open = parts.filter((part) => !this.#shapes.has(part))
      if (open.length > 0) {
        for (let i = open.length - 1; i >= 0; i--) work.push(open[i] as AnyTerm)
        continue
      }
      work.pop()
      this.#shapes.set(next, this.#shapeOf(next))
    }
    const edges = this.#nameInputs()
    return {
      nodes: [...this.#nodes.values()],
      edges,
      outputs: this.#openOutputs((this.#shapes.get(term) as Shape).outlets),
    }
  }

  #shapeOf(term: AnyTerm): Shape {
    if (!isComposite(term)) return this.#shapeOfLeaf(term as unknown as AnyLeaf)
    const shapes = partsOf(term).map((part) => this.#shapes.get(part) as Shape)
    switch (term.kind) {
      case 'sequential':
        return this.#sequential(shapes, term.parts)
      case 'parallel':
        return parallelShape(shapes, term.labels)
      case 'select':
        return selectShape(shapes[0] as Shape, term.labels?.[0] as string, String(term.parts[0]))
      case 'relabel':
        return relabelShape(shapes[0] as Shape, term.labels?.[0] as string)
    }
  }

  #shapeOfLeaf(leaf: AnyLeaf): Shape {
    const node = this.#nodeOf(leaf)
    const kind = leaf.kernel().kind
    return {
      inlets: kind === 'source' || kind === 'batches' ? [] : [node],
      outlets:
        kind === 'sink'
          ? []
          : leaf.outputs === undefined
            ? [{ node, output: OUT, label: undefined, isPort: false }]
            : leaf.outputs.map((output) => ({ node, output, label: output, isPort: true })),
    }
  }

  #nodeOf(leaf: AnyLeaf): Node {
    const known = this.#nodes.get(leaf)
    if (known !== undefined) return known
    let count = (this.#names.get(leaf.name) ?? 0) + 1
    while (count > 1 && this.#names.has(`${leaf.name}#${count}`)) count++
    this.#names.set(leaf.name, count)
    const id = count === 1 ? leaf.name : `${leaf.name}#${count}`
    if (count > 1) this.#names.set(id, 1)
    const node = makeNode(this.#nodes.size, id, leaf)
    this.#nodes.set(leaf, node)
    return node
  }

  #sequential(shapes: readonly Shape[], parts: readonly Term<never, unknown>[]): Shape {
    for (let i = 1; i < shapes.length; i++) {
      const [left, right] = [shapes[i - 1] as Shape, shapes[i] as Shape]
      if (left.outlets.length === 0) throw new NoOutputError(String(parts[i - 1]), String(parts[i]))
      if (right.inlets.length === 0) throw new SourceWithInputError(String(parts[i - 1]), String(parts[i]))
      this.#groups++
      for (const to of right.inlets) {
        for (let position = 0; position < left.outlets.length; position++) {
          this.#wire(left.outlets[position] as Outlet, to, position)
        }
      }
    }
    return {
      inlets: (shapes[0] as Shape).inlets,
      outlets: (shapes[shapes.length - 1] as Shape).outlets,
    }
  }

  #wire({ node: from, output, label, isPort }: Outlet, to: Node, position: number): void {
    const wires = this.#wires.get(to) ?? new Map<string, Wire>()
    this.#wires.set(to, wires)
    let key = label === undefined ? `#${from.index} ${output}` : `=${label}`
    const known = wires.get(key)
    if (known !== undefined) {
      const { edge, group } = known
      if (edge.from !== from || edge.output !== output) {
        throw new TwoWritersError(edge.input, edge.from.id, from.id, to.id)
      }
      // the same stream composed twice into one reader is one edge, unless one composition lists it twice
      if (label !== undefined || group !== this.#groups) return
      key += ` ${position}`
    }
    const edge: GraphEdge = { from, output, to, input: label ?? OUT, options: to.leaf.edgeOptions }
    if (isPort) to.rows = true
    wires.set(key, { edge, label, position, group: this.#groups })
  }

  /** Gives every input its row key, now that all writers of a node are known. */
  #nameInputs(): GraphEdge[] {
    const edges: GraphEdge[] = []
    for (const [to, byKey] of this.#wires) {
      const wires = [...byKey.values()]
      const first = wires[0] as Wire
      to.positional =
        wires.length > 1 && wires.every(({ label, group }) => label === undefined && group === first.group)
      if (wires.length > 1) to.rows = true
      const writers = new Map<string, Node>()
      for (const { edge, label, position } of wires) {
        edge.input = label ?? (to.positional ? String(position) : edge.from.leaf.name)
        const other = writers.get(edge.input)
        if (other !== undefined) throw new TwoWritersError(edge.input, other.id, edge.from.id, to.id)
        writers.set(edge.input, edge.from)
        to.inputs = appended(to.inputs, edge)
        edge.from.outputs = appended(edge.from.outputs, edge)
        edges.push(edge)
      }
    }
    return edges
  }

  #openOutputs(outlets: readonly Outlet[]): Graph['outputs'] {
    const single = outlets.length === 1
    return outlets.map(({ node, output, label }, position) => ({
      node,
      output,
      name: label ?? (single ? OUT : String(position)),
    }))
  }
}

/** A composite's parts; those of an unnamed parallel in an unnamed parallel count as its own. */
function partsOf(term: AnyTerm): readonly AnyTerm[] {
  if (!isComposite(term)) return []
  if (!isFlat(term)) return term.parts
  const parts: AnyTerm[] = []
  const work = [...term.parts].reverse()
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (isComposite(next) && isFlat(next)) work.push(...[...next.parts].reverse())
    else parts.push(next)
  }
  return parts
}

function isFlat(term: Composite<never, unknown>): boolean {
  return term.kind === 'parallel' && term.labels === undefined
}

function parallelShape(shapes: readonly Shape[], names: readonly string[] | undefined): Shape {
  const inlets = new Set<Node>()
  const outlets: Outlet[] = []
  const writers = new Map<string, Outlet>()
  let positional: Outlet | undefined
  shapes.forEach((shape, i) => {
    for (const inlet of shape.inlets) inlets.add(inlet)
    for (const outlet of shape.outlets.map((o, at) => named(o, at, shape.outlets.length, names?.[i]))) {
      if (outlet.label === undefined) positional ??= outlet
      else {
        const other = writers.get(outlet.label)
        if (other !== undefined && other.node === outlet.node && other.output === outlet.output) continue
        if (other !== undefined) throw new TwoWritersError(outlet.label, other.node.id, outlet.node.id)
        writers.set(outlet.label, outlet)
      }
      outlets.push(outlet)
    }
  })
  const [label] = writers.keys()
  if (positional !== undefined && label !== undefined) throw new MixedPortsError(label, positional.node.id)
  return { inlets: [...inlets], outlets }
}

function named(outlet: Outlet, position: number, count: number, name: string | undefined): Outlet {
  if (name === undefined) return outlet
  const label = outlet.label ?? (count > 1 ? String(position) : undefined)
  return { ...outlet, label: label === undefined ? name : `${name}.${label}`, isPort: true }
}

function selectShape(shape: Shape, port: string, term: string): Shape {
  const outlets = shape.outlets.filter(
    ({ label }, i) => (label ?? (shape.outlets.length === 1 ? OUT : String(i))) === port,
  )
  if (outlets.length === 0) {
    throw new UnknownPortError(
      term,
      port,
      shape.outlets.map(({ label }, i) => label ?? (shape.outlets.length === 1 ? OUT : String(i))),
    )
  }
  return {
    inlets: shape.inlets,
    outlets: outlets.map((outlet) => ({ ...outlet, label: undefined, isPort: false })),
  }
}

function relabelShape(shape: Shape, label: string): Shape {
  return {
    inlets: shape.inlets,
    outlets: shape.outlets.map((outlet) => ({ ...outlet, label, isPort: false })),
  }
}
