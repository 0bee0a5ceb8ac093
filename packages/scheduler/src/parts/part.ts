/**
 * `Part`: some stages of a run and the thread that hosts them, as the caller's thread sees them. Made and heard by
 * `PartsPlacement`, driven by its `ProxyStage`s. Every promise settles, also when the thread is lost.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { StagePlan } from '@millrace/core/engine'
import { WorkerLostError } from '../errors.ts'
import type { HostThread } from '../threads/host-thread.ts'
import { releaseThread, type ThreadOptions } from '../threads/thread-cache.ts'
import type { WireLetter } from '../worker/letters.ts'
import type { Transferred } from '../worker/packed.ts'
import type { GraphRef } from '../worker/protocol.ts'
import { toWire } from '../worker/wire-error.ts'
import { fromFailure } from './failure.ts'
import type { Command, EdgeMessage, LinkReport, Reply, Report } from './protocol.ts'

/** What a part tells. */
export interface PartOwner {
  /** Have all parts make their stages, before the first is entered. */
  wire(): void
  /** Something was sent or received. */
  touch(): void
  onEdge(message: EdgeMessage): void
  onReport(part: Part, report: Report): void
  /** Resolves when there is room for another. */
  onLetter(letter: WireLetter): void | Promise<void>
  onStopFor(error: unknown): void
  onEnded(part: Part): void
  onFailed(error: unknown): void
  onLost(part: Part, error: WorkerLostError): void
}

/** How loading went: the thread could not start a helper of its own, or built another graph. */
export type Loaded =
  | { readonly kind: 'loaded' | 'refused' }
  | { readonly kind: 'mismatch'; readonly key: string; readonly lines: readonly string[] }

/** A worker that does not answer for so long after a failure or a cancel is ended. */
const PATIENCE_MS = 1000

interface Deferred<Value> {
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/** Stages that share a thread. */
export class Part {
  readonly host: number
  readonly stages: readonly StagePlan[]
  readonly thread: HostThread
  /** The thread's number; it has none any more once it is gone. */
  readonly id: number
  readonly #owner: PartOwner
  readonly #port: MessagePort
  isExiting = false
  /** The part has told its end, or is gone. */
  hasEnded = false
  heapBytes = 0
  /** Its ends of the edges between hosts, by the number of the edge. */
  readonly links = new Map<number, LinkReport>()
  #wasQuiet = false
  /** Orders sent, and those carried out before the last report. */
  #ordered = 0
  #carriedOut = 0
  #loading: Deferred<Loaded> | undefined
  readonly #entering = new Map<number, () => void>()
  #printedBytes = 0
  #isReady = false
  #isWired = false
  #isStarted = false
  #isStopped = false
  #isLost = false
  /** What the thread was lost of. */
  #cause: unknown
  #hasFailed = false
  #ending: Promise<void> | undefined
  #onEnd: () => void = () => {}
  #patience: NodeJS.Timeout | undefined

  constructor(host: number, stages: readonly StagePlan[], thread: HostThread, owner: PartOwner) {
    this.host = host
    this.stages = stages
    this.thread = thread
    this.id = thread.id
    this.#owner = owner
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (reply: Reply | EdgeMessage) => this.#receive(reply))
    thread.onLost = (cause) => this.#onLost(cause)
    thread.host(port2)
  }

  /** Whether nothing can move in the part before something comes from outside, as far as it has told. */
  get isQuiet(): boolean {
    return this.hasEnded || (this.#wasQuiet && this.#ordered === this.#carriedOut)
  }

  /** Sends to an edge's other end. @throws a DataCloneError for items that cannot be cloned. */
  post(message: EdgeMessage, transfer: Transferred): void {
    this.#owner.touch()
    this.#port.postMessage(message, transfer)
  }

  #order(command: Command, transfer: readonly MessagePort[] = []): void {
    this.#ordered++
    this.#owner.touch()
    this.#port.postMessage(command, transfer)
  }

  /** Imports modules and builds graphs. Rejects with what went wrong there. */
  load(graphs: readonly GraphRef[]): Promise<Loaded> {
    return new Promise((resolve, reject) => {
      this.#loading = { resolve, reject }
      this.#isReady = false
      if (this.#isLost) reject(this.#lost(this.#cause))
      else this.#order({ kind: 'load', graphs })
    })
  }

  /** Makes the stages. */
  makeStages(command: Extract<Command, { kind: 'wire' }>): void {
    this.#isWired = true
    if (this.#isLost) {
      this.#end()
      this.#owner.onLost(this, this.#lost(this.#cause))
      return
    }
    this.#order(
      command,
      command.peers.map(({ port }) => port),
    )
  }

  /** Sees that all parts have made their stages. */
  wire(): void {
    this.#owner.wire()
  }

  /** Enters a stage. Pending for good if the part is lost: the run has failed then. */
  enter(stage: number): Promise<void> {
    this.wire()
    return new Promise((resolve) => {
      this.#entering.set(stage, resolve)
      this.#order({ kind: 'enter', stage })
    })
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#order({ kind: 'start' })
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#order({ kind: 'stop' })
  }

  pause(): void {
    this.#order({ kind: 'pause' })
  }

  resume(): void {
    this.#order({ kind: 'resume' })
  }

  grow(edge: number): void {
    this.#order({ kind: 'grow', edge })
  }

  dry(edge: number): void {
    this.#order({ kind: 'dry', edge })
  }

  /** Has the part let go of everything; resolves when it has, or when its thread had to be ended. Idempotent. */
  cancel(reason: unknown): Promise<void> {
    this.#ending ??= new Promise((resolve) => {
      if (!this.#isWired || this.hasEnded) {
        resolve()
        return
      }
      this.#onEnd = resolve
      this.#order({ kind: 'cancel', error: toWire(reason) })
      this.#patience = setTimeout(() => {
        this.#isLost = true
        this.thread.end()
        this.#end()
      }, PATIENCE_MS)
    })
    return this.#ending
  }

  /** Lets go of the thread, which another part is to have. */
  leave(): void {
    this.#port.close()
  }

  /** The run is over: the thread goes back if it is free again, and is ended if not. */
  /** Resolves when what the part has printed has gone on; at once, if it has not ended in good order. */
  drained(): Promise<void> {
    return this.thread.drained(this.#printedBytes)
  }

  close(options: ThreadOptions): void {
    clearTimeout(this.#patience)
    this.#port.close()
    const isFree = this.#isWired ? this.hasEnded : this.#isReady
    if (this.#isLost || !isFree) this.thread.end()
    else releaseThread(this.thread, options)
  }

  #receive(reply: Reply | EdgeMessage): void {
    this.#owner.touch()
    switch (reply.kind) {
      case 'loaded':
      case 'mismatch':
        this.#isReady = true
        this.#loading?.resolve(reply)
        break
      case 'failed':
        this.#onFailed(reply)
        break
      case 'entered':
        this.#entering.get(reply.stage)?.()
        this.#entering.delete(reply.stage)
        break
      case 'report':
        this.#onReport(reply.report)
        break
      case 'letter':
        void this.#onLetter(reply.letter)
        break
      case 'stopFor':
        this.#owner.onStopFor(fromFailure(reply.failure))
        break
      case 'ending':
        clearTimeout(this.#patience) // exits take the time they take
        break
      case 'ended':
        this.#printedBytes = reply.printedBytes
        this.#onReport(reply.report)
        this.#end()
        if (!this.#hasFailed) this.#owner.onEnded(this)
        break
      default:
        this.#owner.onEdge(reply)
    }
  }

  /** Says so once it has been heard: a part has few letters under way. */
  async #onLetter(letter: WireLetter): Promise<void> {
    await this.#owner.onLetter(letter)
    if (!this.hasEnded) this.#order({ kind: 'heard', letters: 1 })
  }

  #onFailed({ failure }: Extract<Reply, { kind: 'failed' }>): void {
    this.#hasFailed = true
    const error = fromFailure(failure)
    if (this.#isWired) this.#owner.onFailed(error)
    else if ((failure.error.code as unknown) === 'ERR_WORKER_INIT_FAILED') {
      // the thread runs, but not the helper thread that loads TypeScript there
      this.#loading?.resolve({ kind: 'refused' })
    } else this.#loading?.reject(error)
  }

  #onReport(report: Report): void {
    this.#wasQuiet = report.isQuiet
    this.isExiting = report.isExiting
    this.#carriedOut = report.commands
    this.heapBytes = report.heapBytes
    for (const link of report.links) this.links.set(link.index, link)
    this.#owner.onReport(this, report)
  }

  #end(): void {
    clearTimeout(this.#patience)
    this.hasEnded = true
    this.#onEnd()
  }

  #onLost(cause: unknown): void {
    if (this.hasEnded) return
    this.#isLost = true
    this.#cause = cause
    const { code } = (cause ?? {}) as { readonly code?: unknown }
    if (this.#isWired) {
      this.#end()
      this.#owner.onLost(this, this.#lost(cause))
    } else if (code === 'ERR_WORKER_INIT_FAILED') this.#loading?.resolve({ kind: 'refused' })
    else this.#loading?.reject(this.#lost(cause))
  }

  #lost(cause: unknown): WorkerLostError {
    return new WorkerLostError(
      this.stages.flatMap(({ nodes }) => nodes.map(({ id }) => id)),
      undefined,
      cause,
    )
  }
}
