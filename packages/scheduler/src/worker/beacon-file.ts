/**
 * A beacon for a worker that is a process, which shares no memory: a small file that both have open. Its operating system
 * keeps what was written, however the worker ends; behind the line there is room for the error that it died of.
 *
 * Made by the caller's side, opened by the worker, which deletes it at once: from then on it is there for those who have it
 * open, and gone with them, however they end. A caller that is killed just as a worker starts leaves an empty file.
 */

import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { BEACON_BYTES, Beacon, type BeaconNotes, readBeacon } from './beacon.ts'
import { fromWire, toWire, type WireError } from './wire-error.ts'

/** The environment variable that names the file. */
export const BEACON_FILE = 'MILLRACE_BEACON'

/** The caller's end. */
export class BeaconFile {
  readonly path = join(tmpdir(), `millrace-${randomUUID()}`)
  readonly #file: number
  readonly #onExit = (): void => this.close()

  /** @throws if the folder for temporary files cannot be written to. */
  constructor() {
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

  /** Lets go of the file; deletes it, if no worker has come so far. Called once. */
  close(): void {
    process.off('exit', this.#onExit)
    closeSync(this.#file)
    rmSync(this.path, { force: true })
  }
}

/** The worker's end. */
export class FileBeacon extends Beacon {
  readonly #file: number

  /** The beacon in this file; `undefined` if another process has had it, which is ending: nobody reads it then. */
  static open(path: string): FileBeacon | undefined {
    return existsSync(path) ? new FileBeacon(path) : undefined
  }

  private constructor(path: string) {
    super()
    this.#file = openSync(path, 'r+')
    rmSync(path, { force: true })
    this.finish()
    process.once('uncaughtExceptionMonitor', (error) => {
      writeSync(this.#file, serialize(toWire(error)), 0, undefined, BEACON_BYTES)
    })
  }

  protected override publish(): void {
    writeSync(this.#file, this.cells, 0, BEACON_BYTES, 0)
  }
}
