/** One moment of a run as it is drawn: the figures of every term and edge of the picture, in its order, and the sums. */

import { isSameEdge, Past, type Shares, type State, sharesInStage, stateOf } from './interval.ts'
import { edgeFinder, type Picture } from './picture.ts'
import type { EdgeWaits, Frame, ShownStats } from './protocol.ts'

/** A term now. */
export interface NodeNow {
  readonly state: State
  readonly shares: Shares
  /** Items taken and given, so far and in a second. */
  readonly in: number
  readonly out: number
  readonly inRate: number
  readonly outRate: number
  readonly filtered: number
  readonly failed: number
  readonly stage: number
  readonly runsOn: 'caller' | 'workers'
  readonly isLimiting: boolean
}

/** An edge now. */
export interface EdgeNow {
  /** Items held as a share of what it may hold; undefined inside of a loop, where nothing is held. */
  readonly fill: number | undefined
  readonly items: number
  readonly capacity: number
  readonly rate: number
  readonly dropped: number
  /** How long its writer was held back each time, if it ever was. */
  readonly waits?: EdgeWaits | undefined
}

/** The whole graph now. */
export interface Moment {
  readonly frame: Frame
  readonly nodes: readonly NodeNow[]
  readonly edges: readonly EdgeNow[]
  readonly inRate: number
  readonly outRate: number
  readonly queued: number
}

const NOTHING: NodeNow = {
  state: 'idle',
  shares: { busy: 0, waiting: 0, backpressured: 0, idle: 1 },
  in: 0,
  out: 0,
  inRate: 0,
  outRate: 0,
  filtered: 0,
  failed: 0,
  stage: -1,
  runsOn: 'caller',
  isLimiting: false,
}

const NO_EDGE: EdgeNow = { fill: undefined, items: 0, capacity: 0, rate: 0, dropped: 0 }

/** Makes moments of frames, one after the other; rates are means of two seconds. */
export class Moments {
  readonly #picture: Picture
  #nodeAt: readonly number[] = []
  #placeOf: ReadonlyMap<string, number> = new Map()
  #edgeAt: Int32Array = new Int32Array()
  #known: Pick<ShownStats, 'nodes' | 'edges'> = { nodes: [], edges: [] }
  readonly #past = new Past<Frame>(({ stats }) => stats.elapsedMs)

  constructor(picture: Picture) {
    this.#picture = picture
  }

  /** The moment that a frame shows. */
  next(frame: Frame): Moment {
    const moment = this.#between(isOver(frame) ? undefined : this.#past.begin(frame), frame)
    if (hasRows(frame)) this.#past.add(frame)
    return moment
  }

  /** The moment that the last of some frames shows. */
  last(frames: readonly Frame[]): Moment | undefined {
    const frame = frames[frames.length - 1]
    this.#past.reset(frames.slice(0, -1).filter(hasRows))
    return frame === undefined ? undefined : this.next(frame)
  }

  #between(before: Frame | undefined, frame: Frame): Moment {
    const { stats } = frame
    this.#find(frame)
    const past = before?.stats
    // the figures of a run that was resumed begin at those of its checkpoint: the first look alone says nothing of rates
    const isKnown = past !== undefined || isOver(frame)
    const seconds = isKnown ? (stats.elapsedMs - (past?.elapsedMs ?? 0)) / 1000 : 0
    const rate = (now: number, then = 0): number => (seconds > 0 ? Math.max(0, now - then) / seconds : 0)
    const stages = new Map(stats.stages.map((stage) => [stage.index, stage]))
    const shared = this.#sharesOf(stats)
    const hasFailed = Object.keys(stats.failures.byTerm).length > 0
    const nodes = this.#picture.nodes.map(({ id }, place): NodeNow => {
      const at = this.#nodeAt[place] as number
      const node = stats.nodes[at]
      if (node === undefined) return NOTHING
      const old = past?.nodes[at]
      const isOwn = past === undefined || old?.id === id
      const shares = shared[at] ?? NOTHING.shares
      return {
        state: stateOf(shares),
        shares,
        in: node.in,
        out: node.out,
        inRate: isOwn ? rate(node.in, old?.in) : 0,
        outRate: isOwn ? rate(node.out, old?.out) : 0,
        filtered: node.filtered,
        failed: hasFailed ? failedIn(frame, id) : 0,
        stage: node.stage,
        runsOn: stages.get(node.stage)?.runsOn ?? 'caller',
        isLimiting: frame.limit?.term === id,
      }
    })
    const edges = this.#picture.edges.map((drawn, place): EdgeNow => {
      const at = this.#edgeAt[place] as number
      const edge = stats.edges[at]
      if (edge === undefined) return { ...NO_EDGE, rate: nodes[drawn.from]?.outRate ?? 0 }
      const old = past?.edges[at]
      return {
        fill: edge.kind === 'fused' ? undefined : edge.fill,
        items: edge.items,
        capacity: edge.capacityItems,
        rate: past === undefined || isSameEdge(edge, old) ? rate(edge.sent, old?.sent) : 0,
        dropped: edge.dropped,
        waits: edge.waited,
      }
    })
    return {
      frame,
      nodes,
      edges,
      inRate: rate(stats.items.in, past?.items.in),
      outRate: rate(stats.items.out, past?.items.out),
      queued: stats.edges.reduce((sum, { items }) => sum + items, 0),
    }
  }

  /** By the place of the term in the figures. */
  #sharesOf({ nodes, stages }: ShownStats): readonly Shares[] {
    const shares: Shares[] = []
    for (const stage of stages) {
      const places = stage.nodes.map((id) => this.#placeOf.get(id) ?? -1)
      const inStage = sharesInStage(
        stage,
        places.map((place) => nodes[place]?.stageShare),
      )
      places.forEach((place, at) => {
        if (place >= 0) shares[place] = inStage[at] as Shares
      })
    }
    return shares
  }

  /** Which figures belong to which term: looked for again when there are others, as where a host joins in the middle of a run. */
  #find({ stats }: Frame): void {
    const { nodes, edges } = this.#known
    this.#known = stats
    const isKnown =
      stats.nodes.length === nodes.length &&
      stats.edges.length === edges.length &&
      stats.nodes.every(({ id }, place) => id === nodes[place]?.id) &&
      stats.edges.every((edge, place) => isSameEdge(edge, edges[place]))
    if (isKnown) return
    const at = new Map(stats.nodes.map(({ id }, index) => [id, index]))
    this.#placeOf = at
    this.#nodeAt = this.#picture.nodes.map(({ id }) => at.get(id) ?? -1)
    this.#edgeAt = edgeFinder(this.#picture, stats.edges)
  }
}

/** Whether there are figures yet. */
function hasRows({ stats }: Frame): boolean {
  return stats.nodes.length > 0
}

/** Whether the run has ended: then the figures are those of all of it. */
export function isOver({ state }: Pick<Frame, 'state'>): boolean {
  return ['completed', 'stopped', 'failed', 'cancelled'].includes(state)
}

function failedIn({ stats }: Frame, id: string): number {
  const { byTerm } = stats.failures
  // a term may have the name of what every object has
  const counts = Object.hasOwn(byTerm, id) ? byTerm[id] : undefined
  return counts === undefined ? 0 : counts.error + counts.timeout + counts.worker + counts.circuit
}

/** What a group of terms shows: the state of those that are most at work, and sums. */
export function sumUp(members: readonly number[], nodes: readonly NodeNow[]): NodeNow {
  const [first] = members
  if (members.length === 1) return nodes[first as number] ?? NOTHING
  let hottest = nodes[first as number] ?? NOTHING
  const sums = { in: 0, out: 0, inRate: 0, outRate: 0, filtered: 0, failed: 0 }
  let isLimiting = false
  for (const member of members) {
    const node = nodes[member] ?? NOTHING
    if (weight(node) > weight(hottest)) hottest = node
    isLimiting ||= node.isLimiting
    sums.in += node.in
    sums.out += node.out
    sums.inRate += node.inRate
    sums.outRate += node.outRate
    sums.filtered += node.filtered
    sums.failed += node.failed
  }
  return { ...hottest, ...sums, isLimiting }
}

function weight({ shares, isLimiting }: NodeNow): number {
  return (isLimiting ? 8 : 0) + 4 * shares.busy + 3 * shares.waiting + shares.backpressured
}
