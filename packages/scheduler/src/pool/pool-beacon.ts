/** The beacon of a pool's worker, as the caller's thread has it: in memory, or in a file for a process. */

import { Beacon, type BeaconNotes, readBeacon } from '../worker/beacon.ts'
import { BEACON_FILE, BeaconFile } from '../worker/beacon-file.ts'

/** Made for each tinypool, and let go with it. */
export interface PoolBeacon {
  /** What tinypool must be told, so that the worker finds its end. */
  readonly options: { readonly workerData?: unknown; readonly env?: NodeJS.ProcessEnv }
  read(): BeaconNotes | undefined
  /** The error that ended the worker, where nothing else tells. */
  readError(): unknown
  close(): void
}

/** A beacon for workers of this kind. */
export function makePoolBeacon(isolation: 'thread' | 'process'): PoolBeacon {
  if (isolation === 'thread') {
    const cells = Beacon.share()
    return {
      options: { workerData: cells },
      read: () => readBeacon(cells),
      readError: () => undefined,
      close: () => {},
    }
  }
  const file = openFile()
  if (file === undefined) {
    return {
      options: { env: process.env },
      read: () => undefined,
      readError: () => undefined,
      close: () => {},
    }
  }
  return {
    options: { env: { ...process.env, [BEACON_FILE]: file.path } },
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
