/**
 * Looks, now and then, how long the calls of busy workers have lasted. Called by crews while tasks with time limits are
 * under way; one timer serves all of them.
 */

import { MAX_TIMER_MS } from '@millrace/core/engine'

import type { BeaconNotes } from '../worker/beacon.ts'

/** Time limits of calls by node, in ms. */
export type CallLimits = readonly (number | undefined)[]

/** A call may last so much longer than its limit, as a share of the smallest limit there is. */
const SHARE = 0.25

const looks = new Map<() => void, number>()
let timer: NodeJS.Timeout | undefined
let everyMs = Number.POSITIVE_INFINITY

/** Has `look` called four times within the smallest of these limits. The returned function ends that. */
export function watchLimits(limitsMs: CallLimits, look: () => void): () => void {
  const least = Math.min(...limitsMs.filter((limit) => limit !== undefined))
  looks.set(look, Math.max(1, least * SHARE))
  rearm()
  return () => {
    if (looks.delete(look)) rearm()
  }
}

function rearm(): void {
  const least = looks.size === 0 ? Number.POSITIVE_INFINITY : Math.min(...looks.values(), MAX_TIMER_MS)
  if (least === everyMs) return
  everyMs = least
  clearInterval(timer)
  timer = looks.size === 0 ? undefined : setInterval(lookAtAll, everyMs)
}

function lookAtAll(): void {
  for (const look of [...looks.keys()]) look()
}

/** The limit that the call at hand has exceeded, if it has. A promise is no concern of ours: its thread is free. */
export function exceededLimit(notes: BeaconNotes | undefined): number | undefined {
  const { call } = notes ?? {}
  if (call === undefined || call.isAwaited || call.limitMs === undefined) return undefined
  return call.ageMs > call.limitMs ? call.limitMs : undefined
}
