/**
 * Tells workers that a run has ended, so that they let go of what they keep for it, and abort what is under way.
 *
 * A broadcast, because nobody knows which workers have met the run; child processes, which it does not reach, are told by
 * whoever has them.
 */

import { BroadcastChannel } from 'node:worker_threads'
import { forgetGraphs } from './load-graph.ts'
import { forgetRun } from './region-store.ts'

const NAME = 'millrace.run-ended'

/** What `BroadcastChannel` is here: its type in Node 20 lacks some of it. */
interface Channel {
  onmessage: ((event: { readonly data: unknown }) => void) | null
  postMessage(message: unknown): void
  close(): void
  unref(): void
}

function open(): Channel {
  return new BroadcastChannel(NAME) as unknown as Channel
}

function forget(run: string): void {
  forgetRun(run)
  forgetGraphs(run)
}

/** A run has ended: here, and wherever else. */
export function tellEnd(run: string): void {
  forget(run)
  const channel = open()
  channel.postMessage(run)
  channel.close()
}

/** Called once per worker. */
export function hearEnds(): void {
  const channel = open()
  channel.onmessage = ({ data }) => forget(String(data))
  channel.unref()
}

/** What a worker process is told. */
export interface RunEnded {
  readonly millraceRunEnded: string
}

/** The same for a process, which its parent tells. Called once. */
export function hearEndsFromParent(): void {
  process.on('message', (message: Partial<RunEnded> | null) => {
    const run = message?.millraceRunEnded
    if (run !== undefined) forget(run)
  })
}
