/** Where boxes and edges lie: Sugiyama's layers, by dagre. Used by the page and by `graphSvg`. */

import { layout as arrange, Graph } from '@dagrejs/dagre'
import type { Folded, Link } from './fold.ts'

/** Left to right, or from the top down. */
export type Direction = 'LR' | 'TB'

/** A box with its place; x and y are those of its left upper corner. */
export interface PlacedBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An edge as a path, and where its label's middle goes. */
export interface PlacedLink {
  readonly path: string
  readonly x: number
  readonly y: number
}

/** All places, in the order of the boxes and links. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly PlacedBox[]
  readonly links: readonly PlacedLink[]
}

/** Sizes of what is to be placed. */
export interface LayoutSizes {
  readonly boxWidth: number
  readonly boxHeight: number
  readonly labelWidth: number
  readonly labelHeight: number
  /** Room for the name of a port under the label, for the links that have one. */
  readonly portHeight: number
  /** Whether a link has one. */
  hasPort(link: Link): boolean
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Places the boxes so that edges run in one direction, with room for a label on each edge. */
export function place({ boxes, links }: Folded, direction: Direction, sizes: LayoutSizes): Layout {
  const graph = new Graph({ directed: true, multigraph: true })
  graph.setGraph({
    rankdir: direction,
    nodesep: 22,
    ranksep: direction === 'LR' ? 18 : 14,
    marginx: 6,
    marginy: 6,
  })
  graph.setDefaultEdgeLabel(() => ({}))
  boxes.forEach((_, index) => {
    graph.setNode(String(index), { width: sizes.boxWidth, height: sizes.boxHeight })
  })
  links.forEach((link, index) => {
    const { from, to } = link
    const label = {
      width: sizes.labelWidth,
      height: sizes.labelHeight + (sizes.hasPort(link) ? sizes.portHeight : 0),
      labelpos: 'c' as const,
    }
    graph.setEdge(String(from), String(to), label, String(index))
  })
  arrange(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width: Number.isFinite(width) ? width : 0,
    height: Number.isFinite(height) ? height : 0,
    boxes: boxes.map((_, index) => {
      const { x, y } = graph.node(String(index)) as Point
      return {
        x: x - sizes.boxWidth / 2,
        y: y - sizes.boxHeight / 2,
        width: sizes.boxWidth,
        height: sizes.boxHeight,
      }
    }),
    links: links.map(({ from, to }, index) => {
      const edge = graph.edge(String(from), String(to), String(index)) as { points: Point[] } & Point
      return { path: curve(edge.points), x: edge.x, y: edge.y }
    }),
  }
}

/** A smooth path through the points: straight to the middle between each two, bent at the points. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const text = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`
  const last = rest[rest.length - 1] ?? first
  let path = `M${text(first)}`
  rest.slice(0, -1).forEach((point, index) => {
    const next = rest[index + 1] as Point
    const end = index === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    path += `Q${text(point)} ${text(end)}`
  })
  return rest.length < 2 ? `${path}L${text(last)}` : path
}
