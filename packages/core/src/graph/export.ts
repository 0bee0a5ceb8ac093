/** Pictures of a graph: Mermaid, DOT, JSON. A term with open inputs can be drawn too. */

import type { AnyTerm } from '../term/types.ts'
import { sketchGraph } from './compile.ts'
import type { Graph, Node } from './graph.ts'

/** A graph as plain data. */
export interface GraphJson {
  readonly nodes: readonly { readonly id: string; readonly kind: string; readonly local: boolean }[]
  readonly edges: readonly {
    readonly from: string
    readonly output: string
    readonly to: string
    readonly input: string
  }[]
  readonly outputs: readonly { readonly name: string; readonly from: string }[]
}

/**
 * The term's graph as plain data. @throws {MillraceError} as `run` does for compositions that make no sense.
 *
 * @example
 * ```ts
 * import { toJSON } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const { nodes, edges } = toJSON(fromIterable([1]).pipe(map((n) => n + 1)))
 * console.log(nodes.map(({ id }) => id)) // [ 'fromIterable', 'map' ]
 * console.log(edges.map(({ from, to }) => `${from} -> ${to}`)) // [ 'fromIterable -> map' ]
 * ```
 */
export function toJSON(term: AnyTerm): GraphJson {
  const graph = sketchGraph(term)
  return {
    nodes: graph.nodes.map((node) => ({
      id: node.id,
      kind: node.leaf.kernel().kind,
      local: node.isLocal,
    })),
    edges: graph.edges.map(({ from, output, to, input }) => ({ from: from.id, output, to: to.id, input })),
    outputs: graph.outputs.map(({ node, name }) => ({ name, from: node.id })),
  }
}

/**
 * The term's graph as a Mermaid flowchart. Sources are stadiums, sinks are double boxes.
 *
 * @example
 * ```ts
 * import { toMermaid } from 'millrace'
 * import { collect, fromIterable, map } from 'millrace/terms'
 *
 * console.log(toMermaid(fromIterable([1]).pipe(map((n) => n + 1), collect())).trimEnd())
 * // flowchart LR
 * //   n0(["fromIterable"])
 * //   n1["map"]
 * //   n2[["collect"]]
 * //   n0 --> n1
 * //   n1 --> n2
 * ```
 */
export function toMermaid(term: AnyTerm): string {
  const graph = sketchGraph(term)
  const lines = ['flowchart LR']
  for (const node of graph.nodes) lines.push(`  n${node.index}${mermaidShape(node)}`)
  for (const { from, to, label } of drawn(graph)) {
    lines.push(`  n${from} -->${label === undefined ? '' : `|"${mermaidText(label)}"|`} n${to}`)
  }
  return `${lines.join('\n')}\n`
}

function mermaidShape(node: Node): string {
  const text = `"${mermaidText(node.id)}"`
  switch (node.leaf.kernel().kind) {
    case 'source':
    case 'batches':
      return `([${text}])`
    case 'sink':
      return `[[${text}]]`
    default:
      return `[${text}]`
  }
}

function mermaidText(text: string): string {
  return text.replace(/[#"&<>]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, ' ')
}

/**
 * The term's graph in Graphviz's language.
 *
 * @example
 * ```ts
 * import { toDot } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * console.log(toDot(fromIterable([1]).pipe(map((n) => n + 1))).trimEnd())
 * // digraph millrace {
 * //   rankdir=LR
 * //   node [shape=box]
 * //   n0 [label="fromIterable"]
 * //   n1 [label="map"]
 * //   n0 -> n1
 * // }
 * ```
 */
export function toDot(term: AnyTerm): string {
  const graph = sketchGraph(term)
  const lines = ['digraph millrace {', '  rankdir=LR', '  node [shape=box]']
  for (const node of graph.nodes) lines.push(`  n${node.index} [label=${JSON.stringify(node.id)}]`)
  for (const { from, to, label } of drawn(graph)) {
    lines.push(`  n${from} -> n${to}${label === undefined ? '' : ` [label=${JSON.stringify(label)}]`}`)
  }
  return `${[...lines, '}'].join('\n')}\n`
}

function drawn(graph: Graph): { from: number; to: number; label: string | undefined }[] {
  return graph.edges.map((edge) => ({
    from: edge.from.index,
    to: edge.to.index,
    label: edge.to.inputs.length > 1 ? edge.input : undefined,
  }))
}
