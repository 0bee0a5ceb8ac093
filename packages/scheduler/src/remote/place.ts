/** Where a node may run, and where workers find it. Called by the placements of `pool` and `work-stealing`. */

import { type KernelKind, ModuleTerm } from '@millrace/core'
import {
  inputsOf,
  type Node,
  type Origins,
  type Outlet,
  readRegionPort,
  type StageHost,
  type StagePlan,
  type Way,
} from '@millrace/core/engine'
import { carryParams } from '../worker/carry-params.ts'
import { hashOf } from '../worker/hash.ts'
import { toWirePolicy } from '../worker/letters.ts'
import type { GraphRef, InnerEdge, RegionRef } from '../worker/protocol.ts'
import { limitsOf } from './call-limits.ts'

/**
 * What a strategy may do with a node.
 *
 * - `local`: it stays on the caller's thread: sources, sinks, actions beside the stream, coroutines, promises by the
 *   dozen, terms with `enter` or `exit`, and what the user pinned.
 * - `stateful`: one worker at a time may run it, batch after batch.
 * - `free`: any worker may run any batch of it; it keeps nothing.
 * - `splittable`: a source whose splits any worker may open, if those who read it are there, too.
 * - `combining`: as `stateful`; or any worker may fold any batch into a partial, behind free terms.
 */
export type Mobility = 'local' | 'stateful' | 'free' | 'splittable' | 'combining'

/** How freely a node moves, and why. */
export interface Movement {
  readonly mobility: Mobility
  /** As `NodePlace.why`. */
  readonly why: string
}

const local = (why: string): Movement => ({ mobility: 'local', why })

const FREE: Movement = {
  mobility: 'free',
  why: 'it keeps nothing between items, so any worker may run any batch of it',
}
const SPLITTABLE: Movement = {
  mobility: 'splittable',
  why: 'workers open its splits, if what it reads can be split',
}
const COMBINING: Movement = {
  mobility: 'combining',
  why: 'workers fold what reaches it into partials, which are merged on the thread that calls run()',
}
const STATEFUL: Movement = { mobility: 'stateful', why: 'it keeps a state' }
const PINNED = local('it is pinned there: by itself, by local() or by a setting')
const HOOKED = local('it has enter() or exit()')
const TAGGED = local('its tags are names of edges, which end there')
const LOCAL_KINDS: Partial<Record<KernelKind, Movement>> = {
  source: local('it is a source that cannot be split'),
  batches: local('it is a source that cannot be split'),
  sink: local('it is a sink'),
  tap: local('it acts beside the stream'),
  take: local('it counts the items of the whole stream'),
  concurrent: local('its calls wait side by side'),
  stream: local('it is a coroutine, which reads its inputs at its own pace'),
}

/** How freely a node moves. `mayShare`: whether sources may be split and states be merged from partials in this run. */
export function mobilityOf(node: Node, mayShare = false): Mobility {
  return movementOf(node, mayShare).mobility
}

/** As {@link mobilityOf}, with the reason. */
export function movementOf(node: Node, mayShare = false): Movement {
  const { leaf } = node
  if (node.isLocal) return PINNED
  const kernel = leaf.kernel()
  if (mayShare && leaf.splits !== undefined && leaf.openSplit !== undefined) {
    const isPlain = leaf.enter === undefined && leaf.initialState === undefined && leaf.end === undefined
    return isPlain ? SPLITTABLE : HOOKED
  }
  if ((leaf.enter !== undefined || leaf.exit !== undefined) && !(leaf instanceof ModuleTerm)) {
    return LOCAL_KINDS[kernel.kind] ?? HOOKED
  }
  switch (kernel.kind) {
    case 'map':
    case 'filter':
    case 'apply':
    case 'flatMap':
    case 'expand':
    case 'scan':
    case 'fold':
      if (leaf.initialState === undefined && leaf.end === undefined) return FREE
      return mayShare && leaf.combiner !== undefined && !hasPolicy(node) ? COMBINING : STATEFUL
    case 'merge':
      return kernel.tagged ? TAGGED : FREE
    default:
      return LOCAL_KINDS[kernel.kind] as Movement
  }
}

/** Whether something is said of single items that fail: a partial cannot tell them apart. */
function hasPolicy({ policy }: Node): boolean {
  return Object.keys(policy).length > 0
}

/** Whether one module builds both nodes. */
export function areNear(one: Node, other: Node, origins: Origins): boolean {
  const [home, away] = [origins.get(one.leaf), origins.get(other.leaf)]
  return home !== undefined && home.origin === away?.origin
}

/** Whether a stage of a region ends in a term that folds what reaches it. No other term with a state is in a region. */
function isTailOf({ nodes }: StagePlan): boolean {
  return mobilityOf(nodes[nodes.length - 1] as Node) === 'stateful'
}

/** Whether a region begins with a source. */
export function opensSplits({ nodes: [first] }: StagePlan): boolean {
  return mobilityOf(first as Node, true) === 'splittable'
}

/** A region, as workers are told of it. */
export interface RegionPlace {
  readonly key: string
  readonly region: RegionRef
  /** The graph's fingerprint as it is here. */
  readonly lines: string
}

/** Finds the places of one run's regions. */
export class Places {
  readonly #origins: Origins
  readonly #run: string
  readonly #way: Way
  /** By the module and parameters they come from. */
  readonly #graphs = new Map<object, GraphRef>()
  #regions = 0

  /** @param run begins all keys: workers build graphs anew for each run, and forget them with it */
  constructor(origins: Origins, run: string, way: Way) {
    this.#origins = origins
    this.#run = run
    this.#way = way
  }

  /** How workers find a region, or a single stage. */
  find(plan: StagePlan, { timed, stopsOnFailure }: StageHost, outlet: Outlet): RegionPlace {
    const stages = plan.inner ?? [plan]
    const { graph, lines } = this.#graphOf(plan.nodes[0] as Node)
    const stageOf = new Map<Node, number>()
    const stageAt = new Map<number, number>()
    stages.forEach(({ nodes }, at) => {
      for (const node of nodes) {
        stageOf.set(node, at)
        stageAt.set(node.index, at)
      }
    })
    const entering = new Set(inputsOf(plan))
    const edges = stages.flatMap(({ nodes }): InnerEdge[] =>
      plan.inner === undefined
        ? []
        : (nodes[0] as Node).inputs
            .filter((edge) => !entering.has(edge) && stageOf.has(edge.from))
            .map(({ from, output, to, input }) => ({
              from: stageOf.get(from) as number,
              output,
              to: stageOf.get(to) as number,
              input,
            })),
    )
    const region: RegionRef = {
      graph,
      stages: stages.map(({ nodes }) => nodes.map(({ leaf }) => this.#origins.get(leaf)?.index ?? 0)),
      entries: plan.entries ?? 1,
      edges,
      exits: outlet.ports.map((name, port) => {
        const isRead = outlet.isRead(port)
        if (plan.inner === undefined) return { stage: 0, output: name, isRead, isTail: false }
        const { node, output } = readRegionPort(name)
        const stage = stageAt.get(node) as number
        const isTail = isTailOf(stages[stage] as StagePlan)
        // a partial is merged whether or not somebody reads what comes of it
        return { stage, output, isRead: isRead || isTail, isTail }
      }),
      input: entering.size === 1 ? ([...entering][0]?.input ?? '') : '',
      timed,
      policies: stages.flatMap(({ nodes }) => nodes.map(({ policy }) => toWirePolicy(policy))),
      stopsOnFailure,
      opensSplits: plan.inner !== undefined && opensSplits(plan),
      isStateful: plan.inner === undefined && plan.nodes.some((node) => mobilityOf(node) === 'stateful'),
      limitsMs: limitsOf(plan.nodes),
    }
    return { key: `${this.#run}region ${this.#regions++}`, region, lines }
  }

  #graphOf({ leaf }: Node): { readonly graph: GraphRef; readonly lines: string } {
    const home = this.#origins.get(leaf)
    if (home === undefined) {
      const { url, exportName } = leaf as unknown as ModuleTerm<never, unknown>
      const key = `${this.#run}module ${url} ${exportName}`
      return { graph: { key, url, exportName, params: { value: undefined }, fingerprint: '' }, lines: '' }
    }
    const { origin, fingerprint } = home
    let graph = this.#graphs.get(origin)
    if (graph === undefined) {
      const key = `${this.#run}graph ${this.#graphs.size}`
      const { url, isStrict = false } = origin
      const params = carryParams(origin.params, url, this.#way)
      graph = { key, url, exportName: undefined, params, fingerprint: hashOf(fingerprint), isStrict }
      this.#graphs.set(origin, graph)
    }
    return { graph, lines: fingerprint }
  }
}
