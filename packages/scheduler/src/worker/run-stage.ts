/** Runs one task: loads its graph, runs its stage, packs the outputs. Called by the worker's entry. */

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import { MillraceError, TermError } from '@millrace/core'
import type { Node } from '@millrace/core/engine'
import { findUncloneable } from './clone-path.ts'
import { knownGraph, loadGraph } from './load-graph.ts'
import { pack, type Transferred, unpack } from './packed.ts'
import { type PortItems, PROTOCOL_VERSION, type Reply, type Task } from './protocol.ts'
import { type Activation, StageRunner, TooLargeError } from './stage-runner.ts'
import { toWire } from './wire-error.ts'

/** Stages kept ready at most; the least recently made go first. */
const MAX_RUNNERS = 4096
const runners = new Map<string, Promise<StageRunner>>()

/** Runs `task`; buffers to hand over with the reply are appended to `transfer`. Never rejects. */
export async function runStage(task: Task, transfer: Transferred): Promise<Reply> {
  if (task.version !== PROTOCOL_VERSION) {
    const error = new MillraceError(
      'PROTOCOL_VERSION',
      `The worker speaks version ${PROTOCOL_VERSION}, the caller ${task.version}: two versions of Millrace are mixed.`,
    )
    return { kind: 'failed', at: -1, phase: 'start', error: toWire(error), item: undefined }
  }
  const key = `${task.key}\n${task.nodes.join(',')}\n${task.timed}`
  let nodes: readonly Node[] = []
  try {
    const known = knownGraph(task.key) ?? (task.graph === undefined ? undefined : loadGraph(task.graph))
    if (known === undefined) return { kind: 'unknown' }
    const graph = await known
    if (graph.kind === 'mismatch') return graph
    nodes = task.nodes.map((index) => graph.nodes[index] as Node)
    const runner = await runnerFor(key, nodes, task.timed)
    const begun = performance.now()
    const times = task.times === undefined ? undefined : Array.from(task.times)
    const activation = await runner.activate(unpack(task.items), times)
    if (task.diagnose) checkCloneable(activation, nodes)
    return {
      kind: 'done',
      ...packed(activation, transfer),
      worker: threadId === 0 ? process.pid : threadId,
      busyMs: performance.now() - begun,
      heapBytes: getHeapStatistics().used_heap_size,
    }
  } catch (error) {
    runners.delete(key) // a stage that has failed holds the rest of its batch
    return error instanceof TooLargeError ? { kind: 'too large' } : failed(error, nodes)
  }
}

function runnerFor(key: string, nodes: readonly Node[], timed: boolean): Promise<StageRunner> {
  let runner = runners.get(key)
  if (runner === undefined) {
    const made = new StageRunner(nodes, timed)
    runner = made.start().then(() => made)
    runners.set(key, runner)
    if (runners.size > MAX_RUNNERS) runners.delete(runners.keys().next().value as string)
  }
  return runner
}

function packed(
  { ports, records }: Activation,
  transfer: Transferred,
): { readonly ports: PortItems[]; readonly records: Activation['records'] } {
  return {
    records,
    ports: ports.map(({ items, times }) => ({
      items: pack(items, 0, items.length, transfer),
      times: times === undefined ? undefined : Float64Array.from(times),
    })),
  }
}

/** A reply that cannot be cloned is lost on the way: run once more, to say which term made it, and what it is. */
function checkCloneable({ ports }: Activation, nodes: readonly Node[]): void {
  for (const item of ports.flatMap(({ items }) => items)) {
    const found = isSimple(item) ? undefined : findUncloneable(item)
    if (found === undefined) continue
    const cause = new MillraceError(
      'NOT_CLONEABLE',
      `its result cannot be sent to another thread: item${found.path} is ${found.what}. ` +
        "Return plain data, or keep the term on the caller's thread with local().",
    )
    throw new TermError((nodes[nodes.length - 1] as Node).id, 'result', cause)
  }
}

function isSimple(item: unknown): boolean {
  return (typeof item !== 'object' && typeof item !== 'function' && typeof item !== 'symbol') || item === null
}

function failed(error: unknown, nodes: readonly Node[]): Reply {
  if (!(error instanceof TermError)) {
    return { kind: 'failed', at: -1, phase: 'start', error: toWire(error), item: undefined }
  }
  const at = nodes.findIndex(({ id }) => id === error.term)
  const item = findUncloneable(error.item) === undefined ? error.item : String(error.item)
  return { kind: 'failed', at, phase: error.phase, error: toWire(error.cause), item }
}
