/** `graphSvg`: a graph as a drawing. Called by `millrace graph --format svg`; needs no browser and no server. */

import type { GraphJson } from '@millrace/core'
import { type Box, fold, type Link } from '../model/fold.ts'
import { clip } from '../model/format.ts'
import { type PlacedBox, type PlacedLink, place } from '../model/layout.ts'
import { type Picture, pictureOf } from '../model/picture.ts'
import { xml } from './xml.ts'

/** Terms that are drawn one by one; a larger graph is folded into groups. */
const MAX_TERMS = 200
const SIZES = { boxWidth: 168, boxHeight: 40, labelWidth: 8, labelHeight: 8 }
const PORT_WIDTH = 56
const PORT_HEIGHT = 14
/** Wider than that, a drawing goes down instead of to the right. */
const MAX_WIDTH = 1400

const STYLE = `
  svg { --card: #fff; --text: #1c2430; --soft: #566173; --line: #a9b3c1; --edge: #8b97a8; --mark: #1f5fbf }
  @media (prefers-color-scheme: dark) {
    svg { --card: #1a2028; --text: #e6eaf0; --soft: #a4afbd; --line: #4a5666; --edge: #5c6877; --mark: #7fb0f5 }
  }
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: var(--text); text-anchor: middle }
  .box { fill: var(--card); stroke: var(--line); stroke-width: 1.2 }
  .source, .sink { stroke: var(--mark) }
  .edge { fill: none; stroke: var(--edge); stroke-width: 1.4 }
  .tip { fill: var(--edge) }
  .port { font-size: 11px; fill: var(--soft); paint-order: stroke; stroke: var(--card); stroke-width: 5px }
  .times { fill: var(--soft) }`

/**
 * The graph as SVG: sources are round, sinks have a double edge, ports are named where a term has several. Dark where the
 * reader's system is.
 */
export function graphSvg(graph: GraphJson): string {
  const picture = pictureOf(graph)
  const folded = fold(picture, undefined, Math.max(MAX_TERMS, 60))
  const portOf = ({ edges }: Link): string =>
    edges.length === 1 ? (picture.edges[edges[0] as number]?.port ?? '') : ''
  const hasPort = (link: Link): boolean => portOf(link) !== ''
  const labelWidth = folded.links.some(hasPort) ? PORT_WIDTH : SIZES.labelWidth
  const sizes = { ...SIZES, labelWidth, portHeight: PORT_HEIGHT, hasPort }
  const right = place(folded, 'LR', sizes)
  const layout = right.width <= MAX_WIDTH ? right : place(folded, 'TB', sizes)
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)]
  const boxes = folded.boxes.map((box, at) => drawBox(picture, box, layout.boxes[at] as PlacedBox))
  const links = folded.links.map((link, at) => drawLink(layout.links[at] as PlacedLink, portOf(link)))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Graph of ${graph.nodes.length} terms">
<style>${STYLE}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0,0.8L7,4L0,7.2z"/></marker></defs>
${[...links, ...boxes].join('\n')}
</svg>
`
}

function drawBox({ nodes }: Picture, { label, members }: Box, { x, y, width, height }: PlacedBox): string {
  const kind = members.length > 1 ? 'group' : (nodes[members[0] as number]?.kind ?? '')
  const isSource = kind === 'source' || kind === 'batches'
  const rect = (name: string, inset: number, radius: number): string =>
    `<rect class="${name}" x="${inset}" y="${inset}" width="${width - 2 * inset}" height="${height - 2 * inset}" rx="${radius}"/>`
  const shape = isSource
    ? rect('box source', 0, height / 2)
    : kind === 'sink'
      ? rect('box sink', 0, 7) + rect('box sink', 3, 5)
      : kind === 'group'
        ? `<rect class="box" x="4" y="4" width="${width}" height="${height}" rx="7"/>${rect('box', 0, 7)}`
        : rect('box', 0, 7)
  const times = members.length > 1 ? `<tspan class="times"> × ${members.length}</tspan>` : ''
  const name = xml(clip(label, members.length > 1 ? 13 : 20))
  const text = `<text x="${width / 2}" y="${height / 2 + 4.5}">${name}${times}</text>`
  return `<g transform="translate(${x.toFixed(1)},${y.toFixed(1)})"><title>${xml(label)}</title>${shape}${text}</g>`
}

function drawLink({ path, x, y }: PlacedLink, port: string): string {
  const line = `<path class="edge" d="${path}" marker-end="url(#tip)"/>`
  if (port === '') return line
  return `${line}<text class="port" x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}">${xml(clip(port, 10))}</text>`
}
