/** The picture of a graph: its terms and edges by number, from the graph itself or from a run's figures. */

import type { GraphJson } from '@millrace/core'

/** A term. */
export interface PictureNode {
  readonly id: string
  /** `source`, `sink` or what else its kernel is; empty where only figures are known. */
  readonly kind: string
}

/** An edge between two terms, by their places in `nodes`. */
export interface PictureEdge {
  readonly from: number
  readonly to: number
  readonly output: string
  readonly input: string
  /** The port, where the writer or the reader has several. */
  readonly port: string
}

/** Terms and edges. */
export interface Picture {
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
}

/** The picture of a graph as plain data. */
export function pictureOf(graph: GraphJson): Picture {
  return draw(
    graph.nodes.map(({ id, kind }) => ({ id, kind })),
    graph.edges.map(({ from, to, input, output }) => ({ from, to, input, output })),
  )
}

/** The picture that a run's figures give. */
function pictureOfStats({ nodes, edges }: NamedFigures): Picture {
  return draw(
    nodes.map(({ id }) => ({ id, kind: '' })),
    edges,
  )
}

/** The picture of what was recorded: that of its head, else of its last figures, since the first ones may be of no term yet. */
export function pictureIn(
  head: { readonly picture?: Picture },
  frames: readonly { readonly stats: NamedFigures }[],
): Picture | undefined {
  const newest = frames.at(-1)
  return head.picture ?? (newest === undefined ? undefined : pictureOfStats(newest.stats))
}

interface NamedEdge {
  readonly from: string
  readonly to: string
  readonly output: string
  readonly input: string
}

interface NamedFigures {
  readonly nodes: readonly { readonly id: string }[]
  readonly edges: readonly NamedEdge[]
}

function draw(nodes: readonly PictureNode[], edges: readonly NamedEdge[]): Picture {
  const at = new Map(nodes.map(({ id }, index) => [id, index]))
  const inputs = new Map<string, number>()
  for (const { to } of edges) inputs.set(to, (inputs.get(to) ?? 0) + 1)
  const drawn = edges.flatMap(({ from, to, output, input }) => {
    const [writer, reader] = [at.get(from), at.get(to)]
    if (writer === undefined || reader === undefined) return []
    const isNamed = (inputs.get(to) as number) > 1 && input !== '' && input !== from
    return [
      { from: writer, output, to: reader, input, port: isNamed ? input : output === 'out' ? '' : output },
    ]
  })
  return { nodes, edges: drawn }
}

/** Finds the figures of each edge of a picture; -1 for one that has none. */
export function edgeFinder(picture: Picture, edges: readonly NamedEdge[]): Int32Array {
  const places = new Map<string, number[]>()
  edges.forEach(({ from, output, to, input }, index) => {
    const key = [from, output, to, input].join('\n')
    places.set(key, [...(places.get(key) ?? []), index])
  })
  return Int32Array.from(picture.edges, ({ from, output, to, input }) => {
    const key = [picture.nodes[from]?.id, output, picture.nodes[to]?.id, input].join('\n')
    return places.get(key)?.shift() ?? -1
  })
}

/** Whether two pictures show the same terms and edges in the same order. */
export function isSamePicture(a: Picture, b: Picture): boolean {
  return (
    a.nodes.length === b.nodes.length &&
    a.edges.length === b.edges.length &&
    a.nodes.every(({ id, kind }, at) => b.nodes[at]?.id === id && b.nodes[at]?.kind === kind) &&
    a.edges.every(({ from, output, to, input }, at) => {
      const other = b.edges[at]
      return other?.from === from && other.output === output && other.to === to && other.input === input
    })
  )
}
