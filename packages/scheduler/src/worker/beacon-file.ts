/**
 * A beacon for a worker that is a process, which shares no memory: a small file that both have open. Its operating system
 * keeps what was written, however the worker ends; behind the line there is room for the error that it died of.
 *
 * Made and deleted by the caller's side, opened by the worker. A worker whose caller is gone deletes it, too.
 */

import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { BEACON_BYTES, Beacon, type BeaconNotes, readBeacon } from './beacon.ts'
import { fromWire, toWire, type WireError } from './wire-error.ts'

/** The environment variable that names the file. */
export const BEACON_FILE = 'MILLRACE_BEACON'

/** The caller's end. */
export class BeaconFile {
  readonly #folder: string
  readonly path: string
  readonly #file: number
  readonly #onExit = (): void => this.close()

  /** @throws if the folder for temporary files cannot be written to. */
  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-'))
    this.path = join(this.#folder, 'beacon')
    this.#file = openSync(this.path, 'wx+', 0o600)
    process.once('exit', this.#onExit)
  }

  read(): BeaconNotes | undefined {
    const line = new Uint8Array(BEACON_BYTES)
    if (readSync(this.#file, line, 0, BEACON_BYTES, 0) < BEACON_BYTES) return undefined
    return readBeacon(new Int32Array(line.buffer))
  }

  /** The error that ended the worker, if it was one. */
  readError(): unknown {
    const bytes = fstatSync(this.#file).size - BEACON_BYTES
    if (bytes <= 0) return undefined
    const text = Buffer.alloc(bytes)
    readSync(this.#file, text, 0, bytes, BEACON_BYTES)
    try {
      return fromWire(deserialize(text) as WireError)
    } catch {
      return undefined // it was ended while it wrote: its exit says what is known
    }
  }

  /** Deletes the file. Called once. */
  close(): void {
    process.off('exit', this.#onExit)
    closeSync(this.#file)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The worker's end. */
export class FileBeacon extends Beacon {
  readonly #file: number

  /** @throws if the file is gone. */
  constructor(path: string) {
    super()
    this.#file = openSync(path, 'r+')
    // written over what a process before this one has left
    this.finish()
    process.once('uncaughtExceptionMonitor', (error) => {
      writeSync(this.#file, serialize(toWire(error)), 0, undefined, BEACON_BYTES)
    })
    process.once('disconnect', () => rmSync(join(path, '..'), { recursive: true, force: true }))
  }

  protected override publish(): void {
    writeSync(this.#file, this.cells, 0, BEACON_BYTES, 0)
  }
}
