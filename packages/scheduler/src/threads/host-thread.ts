/** `HostThread`: one worker thread and the lease it runs under. Made and kept by `thread-cache.ts`. */

import { performance } from 'node:perf_hooks'
import { type MessagePort, Worker } from 'node:worker_threads'
import { MillraceError } from '@millrace/core'
import { builtFile } from '../built-file.ts'
import type { Lease } from '../governor/governor.ts'
import { type OpenPart, PARTS_VERSION } from '../parts/protocol.ts'
import { handOverModules } from '../typescript/known-modules.ts'
import { Beacon, type BeaconNotes, readBeacon } from '../worker/beacon.ts'
import { requireFreeFiles } from './free-files.ts'
import { noteWorker } from './live-workers.ts'
import { workerFlags } from './worker-flags.ts'

const ENTRY = builtFile('parts/entry.js')

const PATIENCE_MS = 1000

/** A thread that hosts parts, one at a time. */
export class HostThread {
  readonly heapLimitMb: number | undefined
  readonly #worker: Worker
  readonly #lease: Lease
  readonly #beacon = Beacon.share()
  #cause: unknown
  #isAlive = true
  #seenBytes = 0
  /** Hears, once, that the thread is gone, and of what. Set by who uses it. */
  onLost: ((cause: unknown) => void) | undefined

  /** @throws what Node throws where the system refuses a thread. */
  constructor(lease: Lease, heapLimitMb: number | undefined) {
    this.#lease = lease
    this.heapLimitMb = heapLimitMb
    requireFreeFiles()
    handOverModules()
    this.#worker = new Worker(ENTRY, {
      workerData: this.#beacon,
      ...workerFlags('thread'),
      ...(heapLimitMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }),
    })
    this.#worker.on('error', (error: unknown) => {
      this.#cause ??= error
    })
    this.#worker.once('exit', () => this.#onExit())
    const kill = (): void => void this.#worker.terminate()
    this.#worker.once('exit', noteWorker({ id: this.id, isolation: 'thread', kill }))
    // what is seen here goes to the process's own output in the same moment
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on('data', (chunk: Uint8Array) => {
        this.#seenBytes += chunk.byteLength
      })
    }
  }

  #onExit(): void {
    this.#isAlive = false
    this.#lease.release()
    const { onLost } = this
    this.onLost = undefined
    onLost?.(this.#cause ?? new MillraceError('WORKER_ENDED', 'The worker ended in the middle of its work.'))
  }

  /** Which call the thread is in, or was in when it died, if calls are noted. */
  get notes(): BeaconNotes | undefined {
    return readBeacon(this.#beacon)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Its number among the process's threads; -1 once it is gone. */
  get id(): number {
    return this.#worker.threadId
  }

  /** Hosts nothing for now: the process may end. */
  rest(): void {
    this.#worker.unref()
  }

  /** The process stays for it. */
  hold(): void {
    this.#worker.ref()
  }

  /** Has the thread host a part, which is spoken to through `port`. */
  host(port: MessagePort): void {
    // a thread that dies closes its ports at once, and tells so later: the process must stay to hear it
    this.hold()
    const message: OpenPart = { kind: 'open', version: PARTS_VERSION, port }
    this.#worker.postMessage(message, [port])
  }

  /**
   * Resolves when so many bytes of what the thread has printed in its life have gone on to the process's own output: a
   * process that exits would cut the rest off. A reader that takes nothing is not waited for any longer than a second.
   */
  async drained(printedBytes: number): Promise<void> {
    const since = performance.now()
    const { stdout, stderr } = process
    const isOver = (): boolean =>
      !this.#isAlive ||
      (this.#seenBytes >= printedBytes && stdout.writableLength + stderr.writableLength === 0)
    if (printedBytes === 0) return
    while (!isOver() && performance.now() - since < PATIENCE_MS) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Ends the thread, whatever it does; who uses it hears that it is lost, and of what. */
  kill(cause?: unknown): void {
    this.#cause ??= cause
    void this.#worker.terminate()
  }

  /** Ends the thread, whatever it does, and gives it back. */
  end(): void {
    this.onLost = undefined
    this.#isAlive = false
    this.#lease.release()
    this.#worker.unref()
    void this.#worker.terminate()
  }
}
