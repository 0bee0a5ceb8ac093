/** What a frame shows of a run's figures: shares and waits of the time since an earlier look. Called by the feed and by recordings. */

import { type Durations, type EdgeStats, quantileMs, type StageStats, type Stats } from '@millrace/core'
import { isSameEdge, since } from '../model/interval.ts'
import type { EdgeWaits, ShownEdge, ShownStage, ShownStats, Spread } from '../model/protocol.ts'

const NEVER: Durations = { count: 0, sumMs: 0, classes: [] }
/** Shares are shown in whole percents, and drawn on some hundred pixels. */
const STEPS = 1e4
const PART_DIGITS = 3

/** Of a run that has ended `before` is undefined: then the figures are of all of it. */
export function shownOf(before: Stats | undefined, now: Stats): ShownStats {
  const { elapsedMs, items, failures, nodes, threads } = now
  const { budget, health, workers } = threads
  return {
    elapsedMs,
    items,
    failures,
    nodes: nodes.map(({ id, in: taken, out, filtered, stage, stageShare }) => {
      const figures = { id, in: taken, out, filtered, stage }
      return stageShare === undefined ? figures : { ...figures, stageShare: toDigits(stageShare) }
    }),
    stages: since(before, now).stages.map(shownStage),
    edges: now.edges.map((edge, place) => shownEdge(edge, before, place)),
    threads: {
      budget,
      health: { level: health.level },
      workers: workers.map(({ id, busyMs, heapBytes }) => ({ id, busyMs, heapBytes })),
    },
  }
}

function shownStage(stage: StageStats): ShownStage {
  const { index, nodes, runsOn, waitsIn } = stage
  return {
    index,
    nodes,
    runsOn,
    ...(waitsIn === undefined ? {} : { waitsIn }),
    busyShare: rounded(stage.busyShare),
    waitingShare: rounded(stage.waitingShare),
    backpressuredShare: rounded(stage.backpressuredShare),
    idleShare: rounded(stage.idleShare),
  }
}

function shownEdge(edge: EdgeStats, before: Stats | undefined, place: number): ShownEdge {
  const { kind, from, output, to, input, items, capacityItems, fill, sent, dropped, waits } = edge
  const shown = { kind, from, output, to, input, items, capacityItems, fill: rounded(fill), sent, dropped }
  const waited = waits === undefined ? undefined : waitedOf(waits, edge, before?.edges[place])
  return waited === undefined ? shown : { ...shown, waited }
}

function waitedOf(waits: Durations, edge: EdgeStats, old: EdgeStats | undefined): EdgeWaits | undefined {
  const all = spreadOf(waits)
  if (all === undefined) return undefined
  // of an edge that has just come nothing is known of the time before
  const lately = isSameEdge(edge, old) ? spreadOf(waits, old?.waits ?? NEVER) : undefined
  return { all, ...(lately === undefined ? {} : { lately }) }
}

function spreadOf(durations: Durations, before?: Durations): Spread | undefined {
  const p50 = quantileMs(durations, 0.5, before)
  const p99 = quantileMs(durations, 0.99, before)
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 }
}

/** One of many terms has a small part of a stage: rounded to steps, it would have none. */
function toDigits(part: number): number {
  return Number(part.toPrecision(PART_DIGITS))
}

function rounded(share: number): number {
  return Math.round(share * STEPS) / STEPS
}
