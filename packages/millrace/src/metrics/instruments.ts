/**
 * The instruments of a run that have one value: what is measured, in which unit, and how it is read off the run's figures. One table, from
 * which both `/metrics` and `millrace/otel` are made. Histograms are in `histograms.ts`.
 */

import type { Stats } from '@millrace/core'

/** What tells the points of one instrument apart. */
export type Attributes = Readonly<Record<string, string>>

/** One value. */
export interface Point {
  readonly attributes: Attributes
  readonly value: number
}

/** Something that is measured. */
export interface Instrument {
  /** As OpenTelemetry spells it. */
  readonly name: string
  /** A counter only grows; a gauge goes up and down. */
  readonly kind: 'counter' | 'gauge'
  /** In UCUM: `{item}`, `s`, `By`, or `1` for a share or a state. */
  readonly unit: '{item}' | '{call}' | '{activation}' | '{thread}' | '{checkpoint}' | 's' | 'By' | '1'
  readonly help: string
  points(stats: Stats): readonly Point[]
}

const only = (value: number): readonly Point[] => [{ attributes: {}, value }]

/** All instruments, in the order in which they are told. */
export const instruments: readonly Instrument[] = [
  ofItems('millrace.node.consumed.items', 'Items that a term has taken.', ({ nodes }) =>
    nodes.map((node) => ({ attributes: { node: node.id }, value: node.in })),
  ),
  ofItems('millrace.node.produced.items', 'Items that a term has given.', ({ nodes }) =>
    nodes.map((node) => ({ attributes: { node: node.id }, value: node.out })),
  ),
  ofItems('millrace.node.filtered.items', 'Items for which a term gave nothing.', ({ nodes }) =>
    nodes.map((node) => ({ attributes: { node: node.id }, value: node.filtered })),
  ),
  ofItems(
    'millrace.node.failures',
    'Items that a term failed on for good, by kind of failure.',
    ({ failures }) =>
      Object.entries(failures.byTerm).flatMap(([node, counts]) =>
        (['error', 'timeout', 'worker', 'circuit'] as const).map((kind) => ({
          attributes: { node, 'error.type': kind },
          value: counts[kind],
        })),
      ),
  ),
  {
    ...ofItems('millrace.node.retries', 'Calls that were made again.', ({ failures }) =>
      Object.entries(failures.byTerm).map(([node, { retries }]) => ({
        attributes: { node },
        value: retries,
      })),
    ),
    unit: '{call}',
  },
  ofItems('millrace.node.dead_lettered.items', 'Items that were set aside.', ({ failures }) =>
    Object.entries(failures.byTerm).map(([node, { deadLettered }]) => ({
      attributes: { node },
      value: deadLettered,
    })),
  ),
  ofItems('millrace.run.born.items', 'Items that came into being, by origin.', ({ items }) => [
    { attributes: { origin: 'source' }, value: items.in },
    { attributes: { origin: 'copied' }, value: items.copied },
    { attributes: { origin: 'expanded' }, value: items.expanded },
  ]),
  ofItems('millrace.run.ended.items', 'Items that came to an end, by fate.', ({ items, phase }) => [
    ...(['out', 'filtered', 'joined', 'dropped', 'deadLettered', 'unmatched'] as const).map((fate) => ({
      attributes: { fate: fate === 'deadLettered' ? 'dead_lettered' : fate },
      value: items[fate],
    })),
    { attributes: { fate: 'discarded' }, value: phase === 'ended' ? items.discarded : 0 },
  ]),
  {
    name: 'millrace.run.under_way.items',
    kind: 'gauge',
    unit: '{item}',
    help: 'Items that are under way: born and not ended.',
    points: ({ items, phase }) => only(phase === 'ended' ? 0 : items.discarded),
  },
  {
    name: 'millrace.run.elapsed.time',
    kind: 'counter',
    unit: 's',
    help: 'Time since the run began.',
    points: ({ elapsedMs }) => only(elapsedMs / 1000),
  },
  {
    name: 'millrace.run.phase',
    kind: 'gauge',
    unit: '1',
    help: 'Where the run stands: 1 for its phase, 0 for the others.',
    points: ({ phase }) =>
      (['starting', 'running', 'paused', 'draining', 'ended'] as const).map((name) => ({
        attributes: { phase: name },
        value: name === phase ? 1 : 0,
      })),
  },
  {
    name: 'millrace.stage.time',
    kind: 'counter',
    unit: 's',
    help: 'What a stage did with the time of the run: busy, waiting, backpressured and idle add up to it.',
    points: ({ stages }) =>
      stages.flatMap((stage) =>
        (['busy', 'waiting', 'backpressured', 'idle'] as const).map((state) => ({
          attributes: { stage: nameOf(stage.nodes), state },
          value: stage[`${state}Ms`] / 1000,
        })),
      ),
  },
  {
    name: 'millrace.stage.processing.time',
    kind: 'counter',
    unit: 's',
    help: 'Time spent in the terms of a stage, summed over all threads.',
    points: ({ stages }) =>
      stages.map(({ nodes, processingMs }) => ({
        attributes: { stage: nameOf(nodes) },
        value: processingMs / 1000,
      })),
  },
  ofEdges('millrace.edge.queue.size', 'gauge', '{item}', 'Items that an edge holds.', ({ items }) => items),
  ofEdges(
    'millrace.edge.queue.capacity',
    'gauge',
    '{item}',
    'Items that an edge may hold.',
    ({ capacityItems }) => capacityItems,
  ),
  ofEdges(
    'millrace.edge.buffer.usage',
    'gauge',
    'By',
    'Estimated bytes that an edge holds.',
    ({ bytes }) => bytes,
  ),
  ofEdges(
    'millrace.edge.buffer.limit',
    'gauge',
    'By',
    'Estimated bytes that an edge may hold.',
    ({ capacityBytes }) => capacityBytes,
  ),
  ofEdges(
    'millrace.edge.sent.items',
    'counter',
    '{item}',
    'Items that went into an edge.',
    ({ sent }) => sent,
  ),
  ofEdges(
    'millrace.edge.dropped.items',
    'counter',
    '{item}',
    'Items that an edge dropped.',
    ({ dropped }) => dropped,
  ),
  ofEdges(
    'millrace.edge.wait.time',
    'counter',
    's',
    'Time in which an edge was full and held its writer back.',
    ({ blockedMs }) => blockedMs / 1000,
  ),
  {
    name: 'millrace.caller.time',
    kind: 'counter',
    unit: 's',
    help: "Time that the caller's thread spent in stages.",
    points: ({ caller }) => only(caller.busyMs / 1000),
  },
  ofWorkers(
    'millrace.worker.time',
    'counter',
    's',
    'Time that a worker spent in terms.',
    ({ busyMs }) => busyMs / 1000,
  ),
  ofWorkers(
    'millrace.worker.activations',
    'counter',
    '{activation}',
    'Batches that a worker has run.',
    ({ activations }) => activations,
  ),
  ofWorkers(
    'millrace.worker.restarts',
    'counter',
    '{thread}',
    'Threads that were lost in the place of a worker.',
    ({ restarts }) => restarts,
  ),
  ofWorkers(
    'millrace.worker.heap.usage',
    'gauge',
    'By',
    'JavaScript heap of a worker in use after its last batch.',
    ({ heapBytes }) => heapBytes,
  ),
  {
    name: 'millrace.checkpoint.size',
    kind: 'gauge',
    unit: 'By',
    help: 'Size of the newest checkpoint.',
    points: ({ checkpoints }) => (checkpoints === undefined ? [] : only(checkpoints.bytes)),
  },
  {
    name: 'millrace.run.health',
    kind: 'gauge',
    unit: '1',
    help: 'How well off the run is for threads: 0 green, 1 yellow, 2 red.',
    points: ({ threads }) => only(['green', 'yellow', 'red'].indexOf(threads.health.level)),
  },
]

function ofItems(name: string, help: string, points: Instrument['points']): Instrument {
  return { name, kind: 'counter', unit: '{item}', help, points }
}

function ofEdges(
  name: string,
  kind: Instrument['kind'],
  unit: Instrument['unit'],
  help: string,
  read: (edge: Stats['edges'][number]) => number,
): Instrument {
  const points: Instrument['points'] = ({ edges }) =>
    edges
      .filter((edge) => edge.kind === 'queue' || name === 'millrace.edge.sent.items')
      .map((edge) => {
        const { from, output, to, input } = edge
        return { attributes: { from, output, to, input }, value: read(edge) }
      })
  return { name, kind, unit, help, points }
}

function ofWorkers(
  name: string,
  kind: Instrument['kind'],
  unit: Instrument['unit'],
  help: string,
  read: (worker: Stats['threads']['workers'][number]) => number,
): Instrument {
  const points: Instrument['points'] = ({ threads }) =>
    threads.workers.map((worker) => ({ attributes: { worker: String(worker.id) }, value: read(worker) }))
  return { name, kind, unit, help, points }
}

/** Stages are named by their terms: first and last of many. */
function nameOf(nodes: readonly string[]): string {
  return nodes.length <= 3 ? nodes.join('+') : `${nodes[0]}+…+${nodes[nodes.length - 1]}`
}
