/** The graph: a box for each term or group, with what it is at, and each edge with how full it is. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Box, type Folded, fold, type Link } from '../src/model/fold.ts'
import { clip, count, percent, whole } from '../src/model/format.ts'
import { STATES } from '../src/model/interval.ts'
import { type Direction, type Layout, type PlacedBox, place } from '../src/model/layout.ts'
import { type EdgeNow, type Moment, type NodeNow, sumUp } from '../src/model/moment.ts'
import type { Picture } from '../src/model/picture.ts'
import { stack } from '../src/model/stack.ts'
import { MEANINGS, WORDS } from './words.ts'

const SIZES = { boxWidth: 204, boxHeight: 64, labelWidth: 104, labelHeight: 20, portHeight: 14 }
/** Characters in the first line of a box: the name, and the rate or the size of the group. */
const NAME_LENGTH = 23
/** Width behind the label of an edge that holds nothing: its line is seen on both sides. */
const BARE = 56
/** Where nothing fits, and there is less room than this, boxes stand in one column. */
const NARROW = 600
/** Smaller than that, names cannot be read: then the graph goes down instead of to the right, or is scrolled. */
const MIN_SCALE = 0.75

interface GraphProps {
  readonly picture: Picture
  readonly moment: Moment
  readonly selected: string | undefined
  onSelect(id: string): void
}

/** The graph, or the inside of a group that was opened. */
export function GraphView({ picture, moment, selected, onSelect }: GraphProps) {
  const [path, setPath] = useState<readonly Box[]>([])
  const [frame, width] = useWidth()
  const inside = path[path.length - 1]
  useEffect(() => setPath([]), [picture])
  const folded = useMemo(() => fold(picture, inside?.members), [picture, inside])
  const arranged = useMemo(() => arrangements(picture, folded), [folded, picture])
  const layout = useMemo(() => fitting(arranged, width), [arranged, width])
  const scale = Math.max(MIN_SCALE, Math.min(1, width / layout.width))
  const open = (box: Box): void => {
    const [only] = box.members
    if (box.members.length > 1) setPath([...path, box])
    else onSelect(picture.nodes[only as number]?.id ?? '')
  }
  return (
    <div class="graph">
      {path.length > 0 && (
        <nav class="path" aria-label="Opened groups">
          <button type="button" onClick={() => setPath([])}>
            all terms
          </button>
          {path.map((box, depth) => (
            <span key={box.key}>
              <span aria-hidden="true"> › </span>
              <button
                type="button"
                disabled={box === inside}
                onClick={() => setPath(path.slice(0, depth + 1))}
              >
                {box.label} × {whole(box.members.length)}
              </button>
            </span>
          ))}
        </nav>
      )}
      <div class="canvas" ref={frame}>
        <svg
          width={layout.width * scale}
          height={layout.height * scale}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          role="group"
          aria-label={`Graph of ${whole(picture.nodes.length)} terms`}
        >
          <defs>
            <marker
              id="tip"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0,0.8L7,4L0,7.2z" class="tip" />
            </marker>
            <pattern
              id="hatch"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="5" height="5" class="share-backpressured" />
              <rect width="2" height="5" class="hatch" />
            </pattern>
          </defs>
          {layout.links.map(({ path: line, x, y }, index) => {
            const link = folded.links[index]
            if (link === undefined) return null
            const edges = link.edges.flatMap((edge) => moment.edges[edge] ?? [])
            const [from, to] = [folded.boxes[link.from], folded.boxes[link.to]]
            const port = portOf(picture, link)
            return (
              <EdgeMark
                key={`${link.from} ${link.to} ${link.edges[0]}`}
                clip={`clip-${index}`}
                line={line}
                x={x}
                y={y}
                edges={edges}
                name={`${from?.label} to ${to?.label}${port ? `, ${port}` : ''}`}
                port={port}
              />
            )
          })}
          {layout.boxes.map((placed, index) => {
            const box = folded.boxes[index]
            if (box === undefined) return null
            return (
              <BoxMark
                key={box.key}
                box={box}
                placed={placed}
                now={sumUp(box.members, moment.nodes)}
                isSelected={box.members.length === 1 && box.key === selected}
                onOpen={() => open(box)}
              />
            )
          })}
        </svg>
      </div>
      <ul class="legend" aria-label="States">
        {STATES.map((state) => (
          <li key={state} title={MEANINGS[state]}>
            <span class={`dot share-${state}`} aria-hidden="true" />
            {WORDS[state]}
          </li>
        ))}
        <li title="Items on the edge, as a share of what it may hold">
          <span class="gauge-sample" aria-hidden="true" />
          fill of an edge
        </li>
      </ul>
    </div>
  )
}

type Arrange = (how: Direction | 'column') => Layout

/** The layouts of a picture, each made once it is asked for: the width of a page changes more often than the graph. */
function arrangements(picture: Picture, folded: Folded): Arrange {
  const made = new Map<string, Layout>()
  const sizes = { ...SIZES, hasPort: (link: Link) => portOf(picture, link) !== '' }
  return (how) => {
    const known = made.get(how)
    if (known !== undefined) return known
    const layout = how === 'column' ? stack(folded, sizes) : place(folded, how, sizes)
    made.set(how, layout)
    return layout
  }
}

/** The layout that fits best. */
function fitting(arranged: Arrange, width: number): Layout {
  const right = arranged('LR')
  if (right.width * MIN_SCALE <= width) return right
  const down = arranged('TB')
  if (down.width * MIN_SCALE <= width) return down
  // of two that have to be scrolled sideways the wide one is easier to follow, unless the screen is narrow
  return width < NARROW ? arranged('column') : down.width < right.width ? down : right
}

/** The port of a link, where one name says it all. */
function portOf({ edges }: Picture, link: Link): string {
  return link.edges.length === 1 ? (edges[link.edges[0] as number]?.port ?? '') : ''
}

interface EdgeProps {
  /** An id for what cuts the fill to its pill. */
  readonly clip: string
  readonly line: string
  readonly x: number
  readonly y: number
  readonly edges: readonly EdgeNow[]
  readonly name: string
  readonly port: string
}

function EdgeMark({ clip: clipId, line, x, y, edges, name, port }: EdgeProps) {
  const fills = edges.flatMap(({ fill }) => fill ?? [])
  const fill = fills.length === 0 ? undefined : Math.max(...fills)
  const rate = edges.reduce((sum, edge) => sum + edge.rate, 0)
  const { labelWidth: width, labelHeight: height } = SIZES
  const flow = `${count(rate)}/s`
  const text = fill === undefined ? flow : `${percent(fill)} · ${flow}`
  const level = fill === undefined ? '' : fill >= 0.9 ? ' full' : fill >= 0.5 ? ' half' : ''
  const kind = fill === undefined ? 'inside one loop, holds nothing' : `${percent(fill)} full`
  return (
    <g class={`edge${level}`} data-edge={name} data-fill={fill?.toFixed(3)}>
      <title>{`${name}: ${kind}, ${flow}`}</title>
      <path d={line} class="line" marker-end="url(#tip)" />
      <g
        transform={`translate(${x - width / 2},${y - height / 2 - (port === '' ? 0 : SIZES.portHeight / 2)})`}
      >
        {fill === undefined ? (
          <rect x={width / 2 - BARE / 2} width={BARE} height={height} class="pill bare" />
        ) : (
          <rect width={width} height={height} rx={height / 2} class="pill" />
        )}
        {fill !== undefined && fill > 0 && (
          <clipPath id={clipId}>
            <rect width={width} height={height} rx={height / 2} />
          </clipPath>
        )}
        {fill !== undefined && fill > 0 && (
          <rect
            width={Math.max(2, width * fill)}
            height={height}
            class="fill"
            clip-path={`url(#${clipId})`}
          />
        )}
        <text x={width / 2} y={height / 2 + 3.8} class="flow">
          {text}
        </text>
        {port !== '' && (
          <text x={width / 2} y={height + 11} class="port">
            {clip(port, 16)}
          </text>
        )}
      </g>
    </g>
  )
}

interface BoxProps {
  readonly box: Box
  readonly placed: PlacedBox
  readonly now: NodeNow
  readonly isSelected: boolean
  onOpen(): void
}

function BoxMark({ box, placed, now, isSelected, onOpen }: BoxProps) {
  const { x, y, width, height } = placed
  const size = box.members.length
  const isGroup = size > 1
  const share = percent(now.shares[now.state])
  const rate = `${count(now.out > 0 || now.outRate > 0 ? now.outRate : now.inRate)}/s`
  const suffix = isGroup ? ` × ${whole(size)}` : ''
  const about = `${box.label}${isGroup ? `, group of ${size} terms` : ''}: ${WORDS[now.state]} ${share}, ${rate}${now.isLimiting ? ', limits the run' : ''}${now.failed > 0 ? `, ${now.failed} failed` : ''}`
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    onOpen()
  }
  let at = 0
  return (
    <g
      class={`box at-${now.state}${now.isLimiting ? ' limiting' : ''}${isSelected ? ' selected' : ''}`}
      transform={`translate(${x},${y})`}
      role="button"
      tabindex={0}
      aria-label={about}
      aria-pressed={isGroup ? undefined : isSelected}
      data-node={box.key}
      data-state={now.state}
      onClick={onOpen}
      onKeyDown={onKey}
    >
      <title>{`${about}. ${MEANINGS[now.state]}`}</title>
      {isGroup && <rect x={4} y={4} width={width} height={height} rx={8} class="under" />}
      <rect width={width} height={height} rx={8} class="body" />
      <text x={12} y={23} class="name">
        {clip(box.label, NAME_LENGTH - (isGroup ? suffix : rate).length)}
        {isGroup && <tspan class="times">{suffix}</tspan>}
      </text>
      {!isGroup && (
        <text x={width - 12} y={23} class="rate">
          {rate}
        </text>
      )}
      <circle cx={16} cy={39} r={4.5} class={`share-${now.state}`} />
      <text x={26} y={43} class="state">
        {WORDS[now.state]} {share}
      </text>
      {now.isLimiting && (
        <text x={width - 12} y={43} class="badge">
          limiting
        </text>
      )}
      <g transform={`translate(12,${height - 11})`}>
        {STATES.map((state) => {
          const from = at
          const part = now.shares[state] * (width - 24)
          at += part
          return <rect key={state} x={from} width={Math.max(0, part)} height={4} class={`share-${state}`} />
        })}
      </g>
    </g>
  )
}

/** The room of the graph on a page of some width: the width of the page without what is beside it; see base.css and graph.css. */
const WIDEST = 1440
const BESIDE = 74

/** The width of an element, as it changes. Until it is known the page is taken to be as wide as the window: it mostly is. */
function useWidth(): [(element: HTMLDivElement | null) => void, number] {
  const [width, setWidth] = useState(() => Math.min(WIDEST, innerWidth) - BESIDE)
  const observer = useRef<ResizeObserver | undefined>(undefined)
  const watch = useRef((element: HTMLDivElement | null): void => {
    observer.current?.disconnect()
    if (element === null) return
    observer.current = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.current.observe(element)
  })
  return [watch.current, width]
}
