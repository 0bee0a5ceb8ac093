/**
 * `curvesSvg`: figures over one quantity as a drawing: a panel for each figure, a line for each contender. Called for the
 * report of `millrace bench`; needs no browser and no server.
 */

import { count } from '../model/format.ts'
import { axis, position, type Scale } from './axis.ts'
import { xml } from './xml.ts'

/** A measured place of a curve. */
export interface CurvePoint {
  /** Which of the sheet's `at` it stands over. */
  readonly at: number
  readonly y: number
  /** The least and the most that was seen. Default: `y`. */
  readonly low?: number
  readonly high?: number
}

/** One line of a panel. */
export interface Curve {
  /** Curves of one name look the same in all panels. */
  readonly name: string
  readonly points: readonly CurvePoint[]
  /** Whether it comes from elsewhere, and is dashed. Default false. */
  readonly isRecorded?: boolean
}

/** One figure. */
export interface CurvePanel {
  readonly title: string
  readonly curves: readonly Curve[]
}

/** The whole drawing. */
export interface CurveSheet {
  readonly title: string
  /** What is gone through from left to right, and its values. */
  readonly over: string
  readonly at: readonly string[]
  readonly panels: readonly CurvePanel[]
}

const WIDTH = 340
const HEIGHT = 240
const LEFT = 52
const TOP = 40
const GAP = 28
const PER_ROW = 3
const LEGEND_LINE = 22
const LEGEND_WIDTH = 170
/** Colours that people with the common kinds of colour blindness tell apart (Okabe and Ito, 2008); marks differ as well. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#7a5195', '#666666']
const MARKS = ['circle', 'square', 'up', 'diamond', 'down', 'cross'] as const

const STYLE = `
  svg { --back: #fff; --text: #1c2430; --soft: #566173; --grid: #e3e7ec }
  @media (prefers-color-scheme: dark) { svg { --back: #14181e; --text: #e6eaf0; --soft: #a4afbd; --grid: #2b333d } }
  .back { fill: var(--back) }
  text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft) }
  .title { font-size: 15px; font-weight: 600; fill: var(--text) }
  .panel { font-size: 13px; font-weight: 600; fill: var(--text) }
  .name { fill: var(--text) }
  .grid { stroke: var(--grid); stroke-width: 1 }
  .curve { fill: none; stroke-width: 2 }
  .spread { stroke-width: 1 }
  .recorded { stroke-dasharray: 5 4 }`

/**
 * The sheet as SVG. Both axes are logarithmic where the values go over more than a decade and a half and are above 0. Every
 * point has its exact figures as a tooltip, and lines differ by their marks as well as by colour.
 */
export function curvesSvg({ title, over, at, panels }: CurveSheet): string {
  const names = [...new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))]
  const columns = Math.min(PER_ROW, Math.max(1, panels.length))
  const rows = Math.ceil(panels.length / columns)
  const width = columns * WIDTH + GAP
  const perLine = Math.max(1, Math.floor((width - GAP) / LEGEND_WIDTH))
  const legendTop = TOP + rows * (HEIGHT + GAP) + 8
  const height = legendTop + Math.ceil(names.length / perLine) * LEGEND_LINE + 8
  const numbers = at.map(Number)
  // what is no number stands side by side
  const x = numbers.every(Number.isFinite) ? numbers : at.map((_, index) => index)
  const recorded = new Set(
    panels.flatMap(({ curves }) => curves.filter(({ isRecorded }) => isRecorded).map(({ name }) => name)),
  )
  const drawn = panels.map((panel, index) => {
    const left = GAP / 2 + (index % columns) * WIDTH
    const top = TOP + Math.floor(index / columns) * (HEIGHT + GAP)
    return `<g transform="translate(${left},${top})">${drawPanel(panel, { over, at, x }, names)}</g>`
  })
  const legend = names.map((name, index) => {
    const [left, top] = [
      GAP + (index % perLine) * LEGEND_WIDTH,
      legendTop + Math.floor(index / perLine) * LEGEND_LINE,
    ]
    const line = `<path class="curve${recorded.has(name) ? ' recorded' : ''}" stroke="${colourOf(index)}" d="M0,0H26"/>`
    return `<g transform="translate(${left},${top})">${line}${mark(index, 13, 0)}<text class="name" x="34" y="4">${xml(name)}</text></g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${xml(title)}">
<style>${STYLE}
</style>
<rect class="back" width="${width}" height="${height}"/>
<text class="title" x="${GAP}" y="24">${xml(title)}</text>
${[...drawn, ...legend].join('\n')}
</svg>
`
}

interface Over {
  readonly over: string
  readonly at: readonly string[]
  readonly x: readonly number[]
}

function drawPanel({ title, curves }: CurvePanel, { over, at, x }: Over, names: readonly string[]): string {
  const [right, bottom] = [WIDTH - GAP, HEIGHT - 34]
  const along = axis(x, LEFT, right)
  const up = axis(
    curves.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [low, high])),
    bottom,
    24,
  )
  const lines = up.ticks.map((tick) => {
    const y = position(up, tick).toFixed(1)
    return `<path class="grid" d="M${LEFT},${y}H${right}"/><text x="${LEFT - 6}" y="${Number(y) + 4}" text-anchor="end">${count(tick)}</text>`
  })
  const values = apart(along, x).map((place) => {
    const left = position(along, x[place] as number).toFixed(1)
    return `<text x="${left}" y="${bottom + 16}" text-anchor="middle">${xml(at[place] as string)}</text>`
  })
  const drawn = curves.map((curve) => drawCurve(curve, names.indexOf(curve.name), { over, at, x }, along, up))
  return [
    `<text class="panel" x="${LEFT - 30}" y="12">${xml(title)}</text>`,
    ...lines,
    ...values,
    `<text x="${(LEFT + right) / 2}" y="${bottom + 32}" text-anchor="middle">${xml(over)}</text>`,
    ...drawn,
  ].join('')
}

function drawCurve(
  { name, points, isRecorded = false }: Curve,
  index: number,
  { over, at, x }: Over,
  along: Scale,
  up: Scale,
): string {
  const ordered = [...points].sort((a, b) => (x[a.at] as number) - (x[b.at] as number))
  const colour = colourOf(index)
  const placed = ordered.map((point) => ({
    ...point,
    left: position(along, x[point.at] as number),
    top: position(up, point.y),
  }))
  const line = placed.map(({ left, top }, n) => `${n === 0 ? 'M' : 'L'}${left.toFixed(1)},${top.toFixed(1)}`)
  const marks = placed.map(({ at: place, y, low = y, high = y, left, top }) => {
    const spread = `<path class="spread" stroke="${colour}" d="M${left.toFixed(1)},${position(up, low).toFixed(1)}V${position(up, high).toFixed(1)}"/>`
    const text = `${name}, ${over} ${at[place]}: ${count(y)}${low === high ? '' : ` (${count(low)} to ${count(high)})`}`
    return `<g><title>${xml(text)}</title>${low === high ? '' : spread}${mark(index, left, top)}</g>`
  })
  return `<path class="curve${isRecorded ? ' recorded' : ''}" stroke="${colour}" d="${line.join('')}"/>${marks.join('')}`
}

/** The places whose values can be written beneath an axis without running into one another. */
function apart(along: Scale, x: readonly number[]): number[] {
  const order = x.map((_, place) => place).sort((a, b) => (x[a] as number) - (x[b] as number))
  let last = Number.NEGATIVE_INFINITY
  return order.filter((place) => {
    const left = position(along, x[place] as number)
    if (left - last < 34) return false
    last = left
    return true
  })
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] as string
}

function mark(index: number, x: number, y: number): string {
  const shape = {
    circle: 'M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z',
    square: 'M-3.6,-3.6h7.2v7.2h-7.2z',
    up: 'M0,-4.6L4.4,3.6H-4.4z',
    diamond: 'M0,-5L5,0L0,5L-5,0z',
    down: 'M0,4.6L4.4,-3.6H-4.4z',
    cross: 'M-4,-1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6z',
  }[MARKS[index % MARKS.length] as (typeof MARKS)[number]]
  return `<path fill="${colourOf(index)}" transform="translate(${x.toFixed(1)},${y.toFixed(1)})" d="${shape}"/>`
}
