/**
 * `PoolLink`: what a pool's worker and the caller's thread share beside messages: the worker's beacon, in memory, or in a
 * file for a process; and its door, if it is a thread.
 */

import { type WorkerFlags, workerFlags } from '../threads/worker-flags.ts'
import { Beacon, type BeaconNotes, readBeacon } from '../worker/beacon.ts'
import { BEACON_FILE, BeaconFile } from '../worker/beacon-file.ts'
import { Door } from '../worker/door.ts'
import type { SharedCells } from '../worker/protocol.ts'

/** Made for each tinypool, and let go with it. */
export interface PoolLink {
  /** What tinypool must be told, so that the worker starts as it should and finds its end. */
  readonly options: WorkerFlags
  /** What goes along with each task. */
  readonly cells: SharedCells | undefined
  /** Without one, a task that was sent cannot be taken back. */
  readonly door: Door | undefined
  /** What the beacon says. */
  read(): BeaconNotes | undefined
  /** The error that ended the worker, where nothing else tells. */
  readError(): unknown
  close(): void
}

/** A link for a worker of this kind. */
export function makePoolLink(isolation: 'thread' | 'process'): PoolLink {
  const flags = workerFlags(isolation)
  if (isolation === 'thread') {
    const beacon = Beacon.share()
    const door = Door.cells()
    return {
      options: flags,
      cells: { beacon, door },
      door: new Door(door),
      read: () => readBeacon(beacon),
      readError: () => undefined,
      close: () => {},
    }
  }
  const file = openFile()
  if (file === undefined) {
    return {
      options: { env: process.env, ...flags },
      cells: undefined,
      door: undefined,
      read: () => undefined,
      readError: () => undefined,
      close: () => {},
    }
  }
  return {
    options: { ...flags, env: { ...(flags.env ?? process.env), [BEACON_FILE]: file.path } },
    cells: undefined,
    door: undefined,
    read: () => file.read(),
    readError: () => file.readError(),
    close: () => file.close(),
  }
}

function openFile(): BeaconFile | undefined {
  try {
    return new BeaconFile()
  } catch {
    return undefined // nowhere to write: a death is survived all the same, but its item cannot be found
  }
}
