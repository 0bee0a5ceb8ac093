/**
 * `Graph`: the nodes, ports and edges that a term stands for. Plain data, made by `build.ts`.
 */

import type { EdgeOptions } from '../contracts.ts'
import type { FailurePolicy } from '../failure.ts'
import type { Leaf } from '../term/leaf.ts'

// biome-ignore lint/suspicious/noExplicitAny: state is read and written, so no other type fits all leaves
type AnyState = any

/** A leaf, whatever it takes, gives and keeps. */
export type AnyLeaf = Leaf<never, unknown, AnyState>

/** One leaf term in a graph. */
export interface Node {
  /** Position in `Graph.nodes`. */
  readonly index: number
  /** Unique in the graph: the term's name, with `#2`, `#3`, … where a name repeats. */
  readonly id: string
  readonly leaf: AnyLeaf
  /** Incoming edges, in the order in which they were composed. */
  inputs: GraphEdge[]
  /** Outgoing edges, in the order in which they were composed. */
  outputs: GraphEdge[]
  /** Whether the node gets rows: it has several inputs, or one that was named by a `parallel` or as a port. */
  rows: boolean
  /** Whether its rows are tuples rather than records. */
  positional: boolean
  /** Whether it stays on the caller's thread: as the term says, unless the run says otherwise. */
  isLocal: boolean
  /** Over hosts: the label that a host must carry to run it; as the term says. */
  readonly label?: string | undefined
  /** What is done about items that fail in it: as the term says, and the run. */
  policy: FailurePolicy<never, unknown>
}

/** A stream from one node's output port to another node's input port. */
export interface GraphEdge {
  readonly from: Node
  /** Output port of `from`: `out` where there is just one. */
  readonly output: string
  readonly to: Node
  /** Input port of `to`: the key in its rows. */
  input: string
  /** Its bounds: as the reader says, and the run. */
  options: EdgeOptions
}

/** An output port that no edge reads; its items leave the graph. */
export interface OpenOutput {
  readonly node: Node
  readonly output: string
  /** The name for `run.output(name)`. */
  readonly name: string
}

/** What a term stands for. */
export interface Graph {
  readonly nodes: readonly Node[]
  readonly edges: readonly GraphEdge[]
  /** The composed term's outputs, whether or not something inside reads them too. */
  readonly outputs: readonly OpenOutput[]
}

/** The port name of a node with a single output. */
export const OUT = 'out'
