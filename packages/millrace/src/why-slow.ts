/** `whySlow`: which term limits a run, by the figures alone. Called by the command, by pages, and by users. */

import type { StageStats, Stats } from '@millrace/core'

/** What is read of a run's figures: a `Stats`, or the summary of a run that has ended. */
export type FiguresOfRun = Pick<Stats, 'elapsedMs' | 'nodes' | 'stages' | 'edges'>

/** What a stage does most of its time. */
export type SlowState = 'busy' | 'waiting' | 'idle'

/** The term that limits a run. */
export interface WhySlow {
  /** Id of the term; where terms of one stage cannot be told apart yet, the first of them. */
  readonly term: string
  /** Index of its stage. */
  readonly stage: number
  /** What its stage does most, and the share of the time, from 0 to 1. */
  readonly state: SlowState
  readonly share: number
  /** Whether the term is a source. */
  readonly isSource: boolean
  /** The stage that it holds back most, by its last term, with its backpressured share; absent if it holds back none. */
  readonly heldBack?: { readonly term: string; readonly share: number }
  /** The same as a sentence: "limited by `lookup`: waits for promises 94 %; `source` held back 91 %". */
  readonly text: string
}

/** A stage that is held back for a smaller share of the time is not said to be. */
const LEAST_SHARE = 0.05

interface Place extends Pick<StageStats, 'index' | 'nodes'> {
  readonly busy: number
  readonly waiting: number
  readonly awaited: number
  readonly backpressured: number
  readonly idle: number
  /** Indexes of the stages that write to it. */
  readonly writers: ReadonlySet<number>
}

/**
 * Names the term that limits a run: of those that are not held back, and are sources or behind one that is, the one that
 * works most; if none is held back, the source. Pure: reads the figures of one moment, or what happened between two.
 *
 * A stage is held back if it is backpressured for longer than it works and waits; to work is to compute or to wait for
 * what it has asked for. Within a fused stage, the term with the largest share. Edges have to fill before
 * anything is held back, so a run that is shorter than its buffers is limited by its source.
 *
 * @param before an earlier snapshot of the same run: what came before it is left out. Default: since the start.
 * @returns `undefined` before anything has run.
 * @example
 * ```ts
 * import { run, whySlow } from 'millrace'
 * import { forEach, fromIterable, map } from 'millrace/terms'
 *
 * const slow = map((n: number) => new Promise<number>((resolve) => setTimeout(resolve, 20, n))).named('lookup')
 * const term = fromIterable([1, 2, 3, 4, 5, 6, 7, 8]).pipe(slow.edge({ capacityItems: 1 }), forEach(() => {}))
 * const why = whySlow(await run(term).done)
 * console.log(why?.term, why?.state, why?.heldBack?.term) // lookup waiting fromIterable
 * ```
 */
export function whySlow(now: FiguresOfRun, before?: FiguresOfRun): WhySlow | undefined {
  const elapsedMs = now.elapsedMs - (before?.elapsedMs ?? 0)
  if (!(elapsedMs > 0) || now.stages.length === 0) return undefined
  const places = placesOf(now, before, elapsedMs)
  const isHeld = new Map([...places.values()].map((place) => [place.index, isHeldBack(place)]))
  const all = [...places.values()]
  const free = all.filter(({ index }) => isHeld.get(index) === false)
  const heldBefore = (place: Place): Place[] =>
    [...upstreamOf(place, places)].filter(({ index }) => isHeld.get(index) === true)
  const behind = behindOf(
    all.filter(({ index }) => isHeld.get(index) === true),
    all,
  )
  const limiting = free.filter(({ index, writers }) => writers.size === 0 || behind.has(index))
  const slowest = most(limiting.length > 0 ? limiting : all)
  if (slowest === undefined) return undefined
  const [first] = heldBefore(slowest).toSorted((a, b) => b.backpressured - a.backpressured)
  return describe(slowest, now, first)
}

function placesOf(
  now: FiguresOfRun,
  before: FiguresOfRun | undefined,
  elapsedMs: number,
): ReadonlyMap<number, Place> {
  const earlier = new Map(before?.stages.map((stage) => [stage.index, stage]))
  const stageOf = new Map(now.nodes.map(({ id, stage }) => [id, stage]))
  const writers = new Map<number, Set<number>>()
  for (const { from, to } of now.edges) {
    const [writer, reader] = [stageOf.get(from), stageOf.get(to)]
    if (writer === undefined || reader === undefined || writer === reader) continue
    writers.set(reader, (writers.get(reader) ?? new Set()).add(writer))
  }
  return new Map(
    now.stages.map((stage) => {
      const old = earlier.get(stage.index)
      const share = (key: 'busyMs' | 'waitingMs' | 'awaitedMs' | 'backpressuredMs' | 'idleMs'): number =>
        Math.min(1, Math.max(0, stage[key] - (old?.[key] ?? 0)) / elapsedMs)
      const place = {
        index: stage.index,
        nodes: stage.nodes,
        busy: share('busyMs'),
        waiting: share('waitingMs'),
        awaited: share('awaitedMs'),
        backpressured: share('backpressuredMs'),
        idle: share('idleMs'),
        writers: writers.get(stage.index) ?? new Set<number>(),
      }
      return [stage.index, place]
    }),
  )
}

/** All stages whose items come to this one, by whatever way. */
function upstreamOf({ writers }: Place, places: ReadonlyMap<number, Place>): ReadonlySet<Place> {
  const found = new Set<Place>()
  const work = [...writers]
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    const place = places.get(index)
    if (place === undefined || found.has(place)) continue
    found.add(place)
    work.push(...place.writers)
  }
  return found
}

/** Indexes of all stages to which items of these come, by whatever way. */
function behindOf(places: readonly Place[], all: readonly Place[]): ReadonlySet<number> {
  const readers = new Map<number, number[]>()
  for (const { index, writers } of all) {
    for (const writer of writers) {
      const known = readers.get(writer)
      if (known === undefined) readers.set(writer, [index])
      else known.push(index)
    }
  }
  const found = new Set<number>()
  const work = places.map(({ index }) => index)
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    for (const reader of readers.get(index) ?? []) {
      if (found.has(reader)) continue
      found.add(reader)
      work.push(reader)
    }
  }
  return found
}

function isHeldBack({ busy, waiting, backpressured }: Place): boolean {
  return backpressured >= LEAST_SHARE && backpressured > busy + waiting
}

function most(places: readonly Place[]): Place | undefined {
  return places.toSorted((a, b) => b.busy + b.awaited - (a.busy + a.awaited))[0]
}

function describe(place: Place, { nodes }: FiguresOfRun, held: Place | undefined): WhySlow {
  const { index, busy, waiting, awaited, idle, writers } = place
  const own = nodes.filter(({ stage }) => stage === index)
  const [largest] = own.toSorted((a, b) => (b.stageShare ?? 0) - (a.stageShare ?? 0))
  const term = largest?.stageShare === undefined ? (place.nodes[0] as string) : largest.id
  const isSource = writers.size === 0 && term === place.nodes[0]
  const state = busy >= waiting && busy >= idle ? 'busy' : waiting >= idle ? 'waiting' : 'idle'
  const share = { busy, waiting, idle }[state]
  const why = state === 'waiting' ? reasonToWait(awaited, waiting, isSource) : state
  const heldBack =
    held === undefined ? undefined : { term: held.nodes.at(-1) as string, share: held.backpressured }
  const behind = heldBack === undefined ? '' : `; \`${heldBack.term}\` held back ${percent(heldBack.share)}`
  const text = `limited by \`${term}\`: ${why} ${percent(share)}${behind}`
  return { term, stage: index, state, share, isSource, ...(heldBack === undefined ? {} : { heldBack }), text }
}

function reasonToWait(awaited: number, waiting: number, isSource: boolean): string {
  if (awaited * 2 < waiting) return 'waits for its turn'
  return isSource ? 'waits for its input' : 'waits for promises'
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
