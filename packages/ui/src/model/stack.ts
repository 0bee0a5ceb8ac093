/**
 * Where boxes and edges lie on a narrow screen: one box below the other, sources first, and above each box a row for each
 * of its edges. Edges that pass a box run in lanes at the left. Used by the page where no other layout fits.
 */

import type { Folded, Link } from './fold.ts'
import type { Layout, LayoutSizes, PlacedLink } from './layout.ts'

/** Between two lanes, and beside the first and the last. */
const LANE = 9
const MARGIN = 6
const GAP = 10
const BEND = 6
/** More edges than that share lanes. */
const MAX_LANES = 8

/** Places the boxes in one column. */
export function stack({ boxes, links }: Folded, sizes: LayoutSizes): Layout {
  const order = sorted(boxes.length, links)
  const row = (link: Link): number => sizes.labelHeight + (sizes.hasPort(link) ? sizes.portHeight : 0) + GAP
  const tops: number[] = []
  const rows: number[] = []
  let y = MARGIN
  for (const box of order) {
    links.forEach((link, index) => {
      if (link.to !== box) return
      y += row(link)
      rows[index] = y - row(link) / 2
    })
    tops[box] = y + GAP
    y += GAP + sizes.boxHeight
  }
  const isStraight = straightOnes(order, links)
  const lanes = lanesOf(links, isStraight, tops, rows)
  const gutter = MARGIN + LANE * (Math.max(-1, ...lanes.map((lane) => lane ?? -1)) + 1)
  const middle = gutter + sizes.boxWidth / 2
  const placed = links.map(({ from, to }, index): PlacedLink => {
    const [top, end] = [tops[from] as number, tops[to] as number]
    const at = rows[index] as number
    const lane = lanes[index]
    if (lane === undefined) {
      return { path: `M${middle},${top + sizes.boxHeight}L${middle},${end}`, x: middle, y: at }
    }
    const x = gutter - LANE * (lane + 1)
    const start = top + sizes.boxHeight - BEND * 2
    const turn = at > start ? BEND : -BEND
    const path =
      `M${gutter},${start}L${x + BEND},${start}Q${x},${start} ${x},${start + turn}` +
      `L${x},${at - turn}Q${x},${at} ${x + BEND},${at}L${middle - BEND},${at}Q${middle},${at} ${middle},${at + BEND}L${middle},${end}`
    return { path, x: middle, y: at }
  })
  return {
    width: gutter + sizes.boxWidth + MARGIN,
    height: y + MARGIN,
    boxes: boxes.map((_, box) => ({
      x: gutter,
      y: tops[box] as number,
      width: sizes.boxWidth,
      height: sizes.boxHeight,
    })),
    links: placed,
  }
}

/** Writers before readers, and what follows a box right after it; a cycle is cut where it is met. */
function sorted(size: number, links: readonly Link[]): number[] {
  const missing = new Array<number>(size).fill(0)
  const readers = Array.from({ length: size }, (): number[] => [])
  for (const { from, to } of links) {
    if (from === to) continue
    missing[to] = (missing[to] as number) + 1
    readers[from]?.push(to)
  }
  const order: number[] = []
  const isPlaced = new Array<boolean>(size).fill(false)
  const ready = Array.from({ length: size }, (_, box) => box).filter((box) => missing[box] === 0)
  ready.reverse()
  while (order.length < size) {
    const box = ready.pop() ?? isPlaced.indexOf(false)
    if (isPlaced[box] === true) continue
    isPlaced[box] = true
    order.push(box)
    for (const reader of (readers[box] as number[]).toReversed()) {
      missing[reader] = (missing[reader] as number) - 1
      if (missing[reader] === 0) ready.push(reader)
    }
  }
  return order
}

/** The edges between a box and the next one, where that has no other input: they need no lane. */
function straightOnes(order: readonly number[], links: readonly Link[]): boolean[] {
  const place = new Map(order.map((box, at) => [box, at]))
  return links.map(
    ({ from, to }) =>
      (place.get(to) as number) === (place.get(from) as number) + 1 &&
      links.filter((other) => other.to === to).length === 1,
  )
}

/** A lane for each edge that needs one, counted from the boxes to the left: the shortest ones are next to the boxes. */
function lanesOf(
  links: readonly Link[],
  isStraight: readonly boolean[],
  tops: readonly number[],
  rows: readonly number[],
): (number | undefined)[] {
  const spans = links.map(({ from }, index) => {
    const [a, b] = [tops[from] as number, rows[index] as number]
    return { index, from: Math.min(a, b), to: Math.max(a, b) }
  })
  const taken: { readonly from: number; readonly to: number }[][] = []
  const lanes: (number | undefined)[] = links.map(() => undefined)
  for (const span of spans.toSorted((a, b) => a.to - a.from - (b.to - b.from))) {
    if (isStraight[span.index] === true) continue
    const free = taken.findIndex((others) => others.every(({ from, to }) => to < span.from || span.to < from))
    const lane = free >= 0 ? free : Math.min(taken.length, MAX_LANES - 1)
    taken[lane] = [...(taken[lane] ?? []), span]
    lanes[span.index] = lane
  }
  return lanes
}
