/** `WorkerDeath`: a worker was lost with a task. Made by crews, judged by `Casualties`. */

import type { BeaconNotes } from '../worker/beacon.ts'

/** How a worker was lost. */
export interface DeathDetails {
  /** What its beacon said at the end, if it could be read. */
  readonly notes?: BeaconNotes | undefined
  /** It was ended because the call that its beacon told of took longer than this. */
  readonly timeoutMs?: number | undefined
  /** It is known to have died of another task: this one was only lost with it. */
  readonly isBystander?: boolean
}

/** Why a task got no reply. No error by itself: the run goes on. */
export class WorkerDeath {
  /** What the worker died of. */
  readonly cause: unknown
  readonly details: DeathDetails

  constructor(cause: unknown, details: DeathDetails = {}) {
    this.cause = cause
    this.details = details
  }
}
