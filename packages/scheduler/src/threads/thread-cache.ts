/**
 * Threads for runs that keep theirs from beginning to end. Those of a finished run wait a while for the next, so that a
 * thousand runs do not start a thousand times as many threads. Called by `PartsPlacement`.
 *
 * Threads are leased from the governor, and never waited for. Idle ones go as soon as somebody else needs a thread.
 */

import { isMainThread } from 'node:worker_threads'
import { longTimer } from '@millrace/core/engine'
import { governor, type Lease } from '../governor/governor.ts'
import { HostThread } from './host-thread.ts'

/** What threads are asked for with. */
export interface ThreadOptions {
  readonly idleTimeoutMs: number
  readonly heapLimitMb: number | undefined
}

/** What was granted. */
export interface Granted {
  readonly threads: readonly HostThread[]
  /** Threads that the governor granted. If they were too few, none was taken. */
  readonly granted: number
  /** Threads that the governor granted and the system refused. */
  readonly refused: number
}

/** Idle threads, the one used last at the end, and how to cancel the timers that will end them. */
const idle = new Map<HostThread, () => void>()
let isKnown = false

/**
 * Up to `wanted` threads; none, if the governor grants fewer than `needed`. A thread that the system refuses is
 * counted, and no further one is tried.
 */
export function acquireThreads(wanted: number, needed: number, options: ThreadOptions): Granted {
  if (!isKnown) {
    isKnown = true
    governor().onShortage(endIdle)
  }
  const threads: HostThread[] = []
  for (const thread of [...idle.keys()].reverse()) {
    if (threads.length === wanted) break
    if (thread.heapLimitMb === options.heapLimitMb && takeIdle(thread)) threads.push(thread)
  }
  const leases: Lease[] = []
  while (threads.length + leases.length < wanted) {
    const lease = governor().lease(1)
    if (lease.threads === 0) break
    leases.push(lease)
  }
  const granted = threads.length + leases.length
  if (granted < needed) {
    for (const lease of leases) lease.release()
    for (const thread of threads) releaseThread(thread, options)
    return { threads: [], granted, refused: 0 }
  }
  let refused = 0
  for (const lease of leases) {
    // where one was refused the next would be, too
    const thread = refused > 0 ? undefined : startThread(lease, options)
    if (thread !== undefined) threads.push(thread)
    else {
      lease.release()
      if (refused++ === 0) governor().countError('refused')
    }
  }
  return { threads, granted, refused }
}

function startThread(lease: Lease, { heapLimitMb }: ThreadOptions): HostThread | undefined {
  try {
    return new HostThread(lease, heapLimitMb)
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (code === 'ERR_WORKER_INIT_FAILED' || code === 'TOO_FEW_FILES') return undefined
    throw error
  }
}

/** Gives a thread back that hosts nothing any more. In a worker, which may end at any time, it is ended. */
export function releaseThread(thread: HostThread, { idleTimeoutMs }: ThreadOptions): void {
  if (!thread.isAlive) return
  if (!isMainThread) {
    thread.end()
    return
  }
  thread.rest()
  const end = (): void => {
    idle.delete(thread)
    thread.end()
  }
  idle.set(thread, longTimer(idleTimeoutMs, end, false))
  thread.onLost = () => takeIdle(thread)
}

/** Takes a thread out of the idle ones. Returns whether it is alive. */
function takeIdle(thread: HostThread): boolean {
  idle.get(thread)?.()
  idle.delete(thread)
  thread.onLost = undefined
  return thread.isAlive
}

/** Ends up to `count` idle threads, those that have been idle longest first. */
function endIdle(count: number): void {
  for (const thread of [...idle.keys()].slice(0, count)) {
    takeIdle(thread)
    thread.end()
  }
}
