/** Runs one task: finds its region, runs the batch, packs what it gives. Called by the worker's entry. */

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import { MillraceError, TermError } from '@millrace/core'
import { carryValue, isA, monotonicMs, type Node, refusalOf, Uncarriable } from '@millrace/core/engine'
import { NotSent, packOutputs } from './outputs.ts'
import { giveBuffers, type Packed, type Transferred, unpack } from './packed.ts'
import {
  type ContinueTask,
  type DoneReply,
  type FailedReply,
  type LetGoTask,
  type Outputs,
  PROTOCOL_VERSION,
  type PrepareReply,
  type PrepareTask,
  type Reply,
  type RunTask,
  type Snapshot,
  type Task,
} from './protocol.ts'
import { OWN_WAY, refusal, toWireItem } from './refusal.ts'
import type { RegionRunner, Yielded } from './region-runner.ts'
import { addRegion, knownRegion, type Region } from './region-store.ts'
import { strayError } from './strays.ts'
import { toWire } from './wire-error.ts'

/** Is told of the runner that has a task's batch, and again, with nothing, when it has it no more. */
export type Watch = (runner: RegionRunner | undefined) => void

/**
 * Runs `task`; buffers that its terms give away with the reply are appended to `transfer`. What its functions have left
 * behind fails it. Never rejects.
 *
 * @param part of a batch that is dealt among workers: which part of it
 */
export async function runTask(task: Task, transfer: Transferred, watch?: Watch, part = ''): Promise<Reply> {
  const reply = await answer(task, transfer, watch, part)
  const stray = await strayError()
  return stray === undefined ? reply : failed(stray, undefined)
}

async function answer(
  task: Task,
  transfer: Transferred,
  watch: Watch | undefined,
  part: string,
): Promise<Reply> {
  if (task.kind === 'letGo') return letGo(task)
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

/** Lets go of what is here of a batch, in good order; also of what `running` has of it. Never rejects. */
export async function letGo(
  { key, activation, timeoutMs }: LetGoTask,
  running?: RegionRunner,
): Promise<FailedReply | { readonly kind: 'unknown' }> {
  const region = knownRegion(key)
  try {
    await Promise.all([running?.letGo(timeoutMs), region?.letGo(activation, timeoutMs)])
    return { kind: 'unknown' }
  } catch (error) {
    return failed(error, region)
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
    items: unpackFor(runner, items),
    times: times === undefined ? undefined : Array.from(times),
    enterAt,
  }))
  const yielded = await region.busy(runner, () =>
    stateful?.isLast === true ? runner.end() : runner.run(loads, task.poison),
  )
  const wantsSnapshot = stateful?.wantsSnapshot === true && !yielded.hasMore
  const snapshot = wantsSnapshot ? snapshotOf(runner) : undefined
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
  const outputs = packFor(runner, yielded)
  if (yielded.hasMore) region.pause(activation, part, runner)
  else region.give(runner)
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
    ...spentSince(begun, yielded),
    heapBytes: getHeapStatistics().used_heap_size,
  }
}

function spentSince(
  begun: number,
  { waitedMs, nodeMs }: Yielded,
): Pick<DoneReply, 'begunAtMs' | 'busyMs' | 'waitedMs' | 'nodeMs'> {
  const tookMs = performance.now() - begun
  return {
    begunAtMs: monotonicMs() - tookMs,
    busyMs: Math.max(0, tookMs - waitedMs),
    waitedMs,
    nodeMs,
  }
}

/** @throws {TermError} of the term that made what cannot be sent. */
function packFor(runner: RegionRunner, { ports }: Yielded): Outputs {
  try {
    return packOutputs(ports, OWN_WAY)
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    throw new TermError((runner.makers[error.port] as Node).id, 'result', refusal('result', error.why))
  }
}

/** @throws {TermError} for an object of a class that is not registered here. */
function unpackFor(runner: RegionRunner, items: Packed): readonly unknown[] {
  try {
    return unpack(items)
  } catch (error) {
    throw new TermError((runner.nodes[0] as Node).id, 'item', error)
  }
}

/** @throws {TermError} for a state that cannot be sent. */
function snapshotOf({ batches, states, nodes }: RegionRunner): Snapshot {
  try {
    return { batches, states: carryValue(states, OWN_WAY) }
  } catch (error) {
    if (!(error instanceof Uncarriable)) throw error
    const at = Number(/^\[(\d+)\]/.exec(error.path)?.[1] ?? 0)
    const why = new Uncarriable([error.path.replace(/^\[\d+\]/, '')], error.what, error.remedy)
    throw new TermError((nodes[at] as Node).id, 'state', refusal('state', why))
  }
}

function wrongVersion(version: number): MillraceError {
  return new MillraceError(
    'PROTOCOL_VERSION',
    `The worker speaks version ${PROTOCOL_VERSION}, the caller ${version}: two versions of Millrace are mixed.`,
  )
}

function failed(error: unknown, region: Region | undefined): FailedReply {
  if (!isA(error, TermError)) {
    return { kind: 'failed', at: -1, phase: 'start', error: toWire(error), item: toWireItem(undefined) }
  }
  const indexes = region?.ref.stages.flat() ?? []
  const at = indexes.findIndex((index) => region?.nodes[index]?.id === error.term)
  return { kind: 'failed', at, phase: error.phase, error: toWire(error.cause), item: toWireItem(error.item) }
}
