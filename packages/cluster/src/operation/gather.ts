/** The figures of a whole run, out of what its hosts tell. Called by `joinRun` and by `status`. */

import type {
  Durations,
  EdgeStats,
  FailureCounts,
  Failures,
  Ledger,
  NodeStats,
  StageStats,
  Stats,
} from '@millrace/core'
import { failuresOf, Histogram, NO_THREADS } from '@millrace/core/engine'
import type { Report, TaskFigures } from '../port/records.ts'

/** What a run does, by what it was told. */
export const PHASES = { run: 'running', pause: 'paused', stop: 'draining', cancel: 'draining' } as const

/** The newest figures of each task, whichever host told them. */
export class Gathered {
  readonly #newest = new Map<string, { readonly epoch: number; readonly figures: TaskFigures }>()
  readonly #stalls = new Map<string, EdgeStats>()

  /** Takes in what hosts tell; what a former owner of a task says does not count. */
  take(reports: readonly Report[]): void {
    for (const { tasks } of reports)
      for (const { task, epoch, figures } of tasks) this.set(task, epoch, figures)
  }

  /** Takes in the figures of one task. */
  set(task: string, epoch: number, figures: TaskFigures): void {
    if ((this.#newest.get(task)?.epoch ?? 0) <= epoch) this.#newest.set(task, { epoch, figures })
    for (const edge of figures.stalls ?? []) {
      const key = keyOf(edge)
      if ((this.#stalls.get(key)?.capacityItems ?? 0) < edge.capacityItems) this.#stalls.set(key, edge)
    }
  }

  /** Edges that were grown, each once, as it was when it was largest; a task whose owner dies may have it done again. */
  get stalls(): readonly EdgeStats[] {
    return [...this.#stalls.values()]
  }

  /** All of them together, tasks in the order of their names. */
  stats(phase: Stats['phase'], items: Ledger, elapsedMs: number): Stats {
    const tasks = [...this.#newest].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    const nodes: NodeStats[] = []
    const stages: StageStats[] = []
    const edges = new Map<string, EdgeStats>()
    const all = tasks.map(([, { figures }]) => figures)
    for (const figures of all) {
      const first = stages.length
      const places = new Map(figures.stages.map(({ index }, at) => [index, first + at]))
      stages.push(...figures.stages.map((stage, at) => ({ ...stage, index: first + at })))
      nodes.push(...figures.nodes.map((node) => ({ ...node, stage: places.get(node.stage) ?? -1 })))
      for (const edge of figures.edges) {
        const key = keyOf(edge)
        const other = edges.get(key)
        edges.set(key, other === undefined ? edge : joined(other, edge))
      }
    }
    const busyMs = all.reduce((sum, figures) => sum + figures.busyMs, 0)
    return {
      phase,
      elapsedMs,
      items,
      failures: sumOf(all.map(({ failures }) => failures)),
      nodes,
      stages,
      edges: [...edges.values()],
      grown: all.reduce((sum, { grown }) => sum + grown, 0),
      caller: { busyMs, utilisation: elapsedMs > 0 ? Math.min(1, busyMs / elapsedMs) : 0 },
      threads: NO_THREADS,
    }
  }
}

function keyOf({ from, output, to, input }: EdgeStats): string {
  return JSON.stringify([from, output, to, input])
}

/** The two parts of an edge between two tasks: the writer's holds items as well as the reader's. */
function joined(one: EdgeStats, other: EdgeStats): EdgeStats {
  return {
    ...one,
    kind: 'queue',
    items: one.items + other.items,
    peakItems: one.peakItems + other.peakItems,
    bytes: one.bytes + other.bytes,
    capacityItems: one.capacityItems + other.capacityItems,
    capacityBytes: one.capacityBytes + other.capacityBytes,
    fill: Math.max(one.fill, other.fill),
    blockedMs: Math.max(one.blockedMs, other.blockedMs),
    sent: Math.max(one.sent, other.sent),
    dropped: one.dropped + other.dropped,
    ...waitsOf(one, other),
  }
}

/** Each part has writers of its own that are held back. */
function waitsOf({ waits: one }: EdgeStats, { waits: other }: EdgeStats): Pick<EdgeStats, 'waits'> {
  if (one === undefined || other === undefined)
    return one === other ? {} : { waits: (one ?? other) as Durations }
  const both = new Histogram()
  both.merge(one)
  both.merge(other)
  return { waits: both.figures }
}

function sumOf(all: readonly Failures[]): Failures {
  const byTerm: Record<string, FailureCounts> = Object.assign({}, ...all.map((failures) => failures.byTerm))
  return failuresOf(Object.entries(byTerm).map(([id, failures]) => [id, { failures } as never] as const))
}
