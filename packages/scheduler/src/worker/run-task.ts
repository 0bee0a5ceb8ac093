/** Runs one task: finds its region, runs the batch, packs what it gives. Called by the worker's entry. */

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import { MillraceError, TermError } from '@millrace/core'
import { type Node, refusalOf } from '@millrace/core/engine'
import { findUncloneable } from './clone-path.ts'
import { packOutputs } from './outputs.ts'
import { giveBuffers, type Transferred, unpack } from './packed.ts'
import {
  type ContinueTask,
  type FailedReply,
  PROTOCOL_VERSION,
  type PrepareReply,
  type PrepareTask,
  type Reply,
  type RunTask,
  type Snapshot,
  type Task,
} from './protocol.ts'
import type { RegionRunner, Yielded } from './region-runner.ts'
import { addRegion, knownRegion, type Region } from './region-store.ts'
import { toWire } from './wire-error.ts'

/** Is told of the runner that has a task's batch, and again, with nothing, when it has it no more. */
export type Watch = (runner: RegionRunner | undefined) => void

/**
 * Runs `task`; buffers that its terms give away with the reply are appended to `transfer`. Never rejects.
 *
 * @param part of a batch that is dealt among workers: which part of it
 */
export async function runTask(task: Task, transfer: Transferred, watch?: Watch, part = ''): Promise<Reply> {
  let region: Region | undefined
  try {
    if (task.kind === 'continue') {
      region = knownRegion(task.key)
      return await goOn(task, part, region, transfer, watch)
    }
    if (task.version !== PROTOCOL_VERSION) throw wrongVersion(task.version)
    const found =
      knownRegion(task.key) ??
      (task.region === undefined ? undefined : await addRegion(task.key, task.region))
    if (found === undefined) return { kind: 'unknown' }
    if ('kind' in found) return found
    region = found
    const reply = await runBatch(task, part, region, transfer, watch)
    // a module may come to start a run long after it was loaded
    const refusal = refusalOf(region.ref.graph.url)
    if (refusal !== undefined) throw refusal
    return reply
  } catch (error) {
    if (region?.stateful !== undefined) region.stateful = undefined // it holds the rest of its batch
    return failed(error, region)
  } finally {
    watch?.(undefined)
  }
}

/** Loads a region before its first batch is here. Never rejects. */
export async function prepareRegion({ version, key, region }: PrepareTask): Promise<PrepareReply> {
  try {
    if (version !== PROTOCOL_VERSION) throw wrongVersion(version)
    const found = await addRegion(key, region)
    if ('kind' in found) return found
    if (!region.isStateful) found.give(await found.take(false))
    return { kind: 'ready' }
  } catch (error) {
    return failed(error, undefined)
  }
}

async function runBatch(
  task: RunTask,
  part: string,
  region: Region,
  transfer: Transferred,
  watch: Watch | undefined,
): Promise<Reply> {
  const { stateful } = task
  const runner =
    stateful === undefined
      ? await region.take(task.isCareful)
      : await region.takeStateful(stateful.batches, stateful.restore, task.isCareful)
  if (runner === undefined) return { kind: 'unknown' }
  watch?.(runner)
  const begun = performance.now()
  const loads = task.loads.map(({ items, times, enterAt }) => ({
    items: unpack(items),
    times: times === undefined ? undefined : Array.from(times),
    enterAt,
  }))
  const yielded = await region.busy(runner, () =>
    stateful?.isLast === true ? runner.end() : runner.run(loads, task.poison),
  )
  if (task.isCareful) checkCloneable(yielded, runner)
  const wantsSnapshot = stateful?.wantsSnapshot === true && !yielded.hasMore
  const snapshot = wantsSnapshot ? { batches: runner.batches, states: runner.states } : undefined
  if (task.isCareful && snapshot !== undefined) checkState(snapshot, runner)
  return settle(task.activation, part, region, runner, yielded, begun, snapshot, transfer)
}

async function goOn(
  task: ContinueTask,
  part: string,
  region: Region | undefined,
  transfer: Transferred,
  watch: Watch | undefined,
): Promise<Reply> {
  const runner = region?.resume(task.activation, part)
  if (region === undefined || runner === undefined) return { kind: 'unknown' }
  watch?.(runner)
  const begun = performance.now()
  const yielded = await region.busy(runner, () => runner.resume())
  return settle(task.activation, part, region, runner, yielded, begun, undefined, transfer)
}

/** Keeps the runner for what follows, and makes the reply. */
function settle(
  activation: number,
  part: string,
  region: Region,
  runner: RegionRunner,
  yielded: Yielded,
  begun: number,
  snapshot: Snapshot | undefined,
  transfer: Transferred,
): Reply {
  if (yielded.hasMore) region.pause(activation, part, runner)
  else region.give(runner)
  const outputs = packOutputs(yielded.ports)
  yielded.ports.forEach(({ items }, port) => {
    if (runner.gives[port] === true) giveBuffers(items, transfer)
  })
  return {
    kind: 'done',
    outputs,
    counts: yielded.counts,
    copied: yielded.copied,
    left: yielded.left,
    hasMore: yielded.hasMore,
    hasEnded: runner.hasEnded,
    snapshot,
    failures: yielded.failures,
    worker: threadId === 0 ? process.pid : threadId,
    busyMs: performance.now() - begun,
    heapBytes: getHeapStatistics().used_heap_size,
  }
}

/** A reply that cannot be cloned is lost on the way: run once more, to say which term made it, and what it is. */
function checkCloneable({ ports }: Yielded, { nodes }: RegionRunner): void {
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

function checkState({ states }: Snapshot, { nodes }: RegionRunner): void {
  states.forEach((state, at) => {
    const found = findUncloneable(state)
    if (found === undefined) return
    const cause = new MillraceError(
      'NOT_CLONEABLE',
      `its state must be a value that can be cloned, but state${found.path} is ${found.what}. ` +
        "Keep plain data in ctx.state, or keep the term on the caller's thread with local().",
    )
    throw new TermError((nodes[at] as Node).id, 'state', cause)
  })
}

function isSimple(item: unknown): boolean {
  return (typeof item !== 'object' && typeof item !== 'function' && typeof item !== 'symbol') || item === null
}

function wrongVersion(version: number): MillraceError {
  return new MillraceError(
    'PROTOCOL_VERSION',
    `The worker speaks version ${PROTOCOL_VERSION}, the caller ${version}: two versions of Millrace are mixed.`,
  )
}

function failed(error: unknown, region: Region | undefined): FailedReply {
  if (!(error instanceof TermError)) {
    return { kind: 'failed', at: -1, phase: 'start', error: toWire(error), item: undefined }
  }
  const indexes = region?.ref.stages.flat() ?? []
  const at = indexes.findIndex((index) => region?.nodes[index]?.id === error.term)
  const item = findUncloneable(error.item) === undefined ? error.item : String(error.item)
  return { kind: 'failed', at, phase: error.phase, error: toWire(error.cause), item }
}
