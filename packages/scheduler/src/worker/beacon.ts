/**
 * `Beacon`: which batch a worker runs and which call of which term it is in, where the caller's thread can read it even
 * after the worker has died or hangs. Written by the worker's `CallWatch`, read by whoever has the worker.
 *
 * A line of whole numbers: in memory that both share, or, for a worker that is a process, in a file. Nothing is ever
 * waited for here, and nothing decided.
 */

import { monotonicMs } from '@millrace/core/engine'

/** Odd while the others are being written. */
const SEQUENCE = 0
const BATCH = 1
const PHASE = 2
const NODE = 3
const ORDINAL = 4
const STEP = 5
const SINCE = 6
const BLURRED = 7
const LIMIT = 8
const CELLS = 9
/** Bytes of a line. */
export const BEACON_BYTES = CELLS * Int32Array.BYTES_PER_ELEMENT

const OUTSIDE = 0
const RUNNING = 1
const AWAITED = 2

/** A place in a batch: the same each time the batch is run, since each node gets the same calls in the same order. */
export interface CallPlace {
  /** Index among the region's nodes. */
  readonly node: number
  /** How many calls the node had in this batch before. */
  readonly ordinal: number
  /** 0 for the call itself; of an expansion, `n` for the `n`-th time its iterator was asked. */
  readonly step: number
}

/** A call that has begun and not ended. */
export interface NotedCall extends CallPlace {
  /** It has returned a promise, which has not settled. */
  readonly isAwaited: boolean
  /** Milliseconds since it began. */
  readonly ageMs: number
  /** How long it may take, in ms; `undefined` if nobody has said. */
  readonly limitMs: number | undefined
}

/** What a beacon says. */
export interface BeaconNotes {
  /** The batch at hand; 0 if there is none, or none was noted. */
  readonly batch: number
  readonly call: NotedCall | undefined
  /** Whether ordinals count from the batch's beginning. They do not in what was split off another worker's batch. */
  readonly isExact: boolean
}

/** Where a worker leaves word. */
export class Beacon {
  protected readonly cells: Int32Array

  /** Without cells to share, nobody reads it: on the caller's own thread. */
  constructor(cells: Int32Array = new Int32Array(CELLS)) {
    this.cells = cells
  }

  /** Cells that threads can share. */
  static share(): Int32Array<SharedArrayBuffer> {
    return new Int32Array(new SharedArrayBuffer(BEACON_BYTES))
  }

  /** A batch, or a part of one, begins. */
  begin(batch: number, isExact: boolean): void {
    this.#write(batch, OUTSIDE, isExact)
  }

  /** Part of the batch at hand goes elsewhere: from now on calls cannot be told by their ordinals. */
  blur(): void {
    this.#write(this.cells[BATCH] as number, this.cells[PHASE] as number, false)
  }

  /** Nothing is at hand any more. */
  finish(): void {
    this.#write(0, OUTSIDE, true)
  }

  /** A call begins, which may take so long. */
  enter(node: number, ordinal: number, step: number, limitMs: number | undefined): void {
    const { cells } = this
    Atomics.add(cells, SEQUENCE, 1)
    cells[PHASE] = RUNNING
    cells[NODE] = node
    cells[ORDINAL] = ordinal
    cells[STEP] = step
    cells[SINCE] = monotonicMs()
    cells[LIMIT] = limitMs === undefined ? 0 : Math.ceil(limitMs)
    Atomics.add(cells, SEQUENCE, 1)
    this.publish()
  }

  /** The call at hand has returned a promise. */
  wait(): void {
    Atomics.store(this.cells, PHASE, AWAITED)
    this.publish()
  }

  /** The call at hand has ended. */
  leave(): void {
    Atomics.store(this.cells, PHASE, OUTSIDE)
    this.publish()
  }

  #write(batch: number, phase: number, isExact: boolean): void {
    const { cells } = this
    Atomics.add(cells, SEQUENCE, 1)
    cells[BATCH] = batch
    cells[PHASE] = phase
    cells[BLURRED] = isExact ? 0 : 1
    Atomics.add(cells, SEQUENCE, 1)
    this.publish()
  }

  /** What was written is to be seen by others. Shared memory is, by itself. */
  protected publish(): void {}
}

/** What these cells say; `undefined` if they are being written at this moment, or the writer died of it. */
export function readBeacon(cells: Int32Array): BeaconNotes | undefined {
  const sequence = Atomics.load(cells, SEQUENCE)
  const [, batch, phase, node, ordinal, step, since, blurred, limit] = cells as unknown as readonly number[]
  if (sequence % 2 !== 0 || Atomics.load(cells, SEQUENCE) !== sequence) return undefined
  const call = {
    node: node as number,
    ordinal: ordinal as number,
    step: step as number,
    isAwaited: phase === AWAITED,
    // both were cut to 32 bits: so is the difference
    ageMs: (monotonicMs() - (since as number)) | 0,
    limitMs: limit === 0 ? undefined : limit,
  }
  return { batch: batch as number, call: phase === OUTSIDE ? undefined : call, isExact: blurred === 0 }
}

let own = new Beacon()

/** This thread's beacon. */
export function ownBeacon(): Beacon {
  return own
}

/** Says where this thread leaves word. Called once, by a worker's entry. */
export function setOwnBeacon(beacon: Beacon): void {
  own = beacon
}
