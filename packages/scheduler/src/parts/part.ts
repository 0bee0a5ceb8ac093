/**
 * `Part`: some stages of a run and the thread that hosts them, as the caller's thread sees them. Made and heard by
 * `PartsPlacement`, driven by its `ProxyStage`s. Every promise settles, also when the thread is lost.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { DEFAULT_CLEANUP_TIMEOUT_MS, longTimer, type StagePlan } from '@millrace/core/engine'
import type { HostThread } from '../threads/host-thread.ts'
import { releaseThread, type ThreadOptions } from '../threads/thread-cache.ts'
import type { WireLetter } from '../worker/letters.ts'
import type { GraphRef } from '../worker/protocol.ts'
import { toWire } from '../worker/wire-error.ts'
import { fromFailure } from './failure.ts'
import type {
  Command,
  EdgeMessage,
  LinkReport,
  Reply,
  Report,
  SavedReader,
  SavedStage,
  Stamps,
} from './protocol.ts'

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
  onSaved(saved: SavedStage): void
  onOrder(stage: number, runs: readonly number[]): void
  onStamps(edge: number, stamps: Stamps): void
  onExited(stage: number): void
  onClosing(at: SavedReader): void
  /** No snapshot of the part can be taken any more. */
  onUnsavable(part: Part): void
  /** The part's thread is gone in mid-run; `cause` is what it died of. */
  onLost(part: Part, cause: unknown): void
}

/** How loading went: the thread could not start a helper of its own, was lost, or built another graph. */
export type Loaded =
  | { readonly kind: 'loaded' | 'refused' }
  | { readonly kind: 'lost'; readonly cause: unknown }
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
  thread!: HostThread
  /** The thread's number; it has none any more once it is gone. */
  id = -1
  /** Threads that were lost. */
  restarts = 0
  /** Why the part cannot begin anew on another thread; `undefined` if it can. */
  unsavable: string | undefined
  readonly #owner: PartOwner
  #port!: MessagePort
  isExiting = false
  /** Its thread can bring nothing by itself, as far as it has told. */
  isIdle = false
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
  /** What to call once a stage has been entered, by stage, in the order in which they are entered. */
  readonly #entering = new Map<number, () => void>()
  readonly #enteringNow = new Set<number>()
  #printedBytes = 0
  #isReady = false
  #isWired = false
  #isStarted = false
  #isStopped = false
  #isStopTold = false
  #isBehind = false
  /** The thread is gone, and there is no other yet. */
  #isLost = false
  /** What the thread was lost of. */
  #cause: unknown
  #hasFailed = false
  #ending: Promise<void> | undefined
  #onEnd: () => void = () => {}
  #cancelPatience: () => void = () => {}
  /** What the run gives clean-up. */
  cleanupTimeoutMs: number | undefined

  constructor(host: number, stages: readonly StagePlan[], thread: HostThread, owner: PartOwner) {
    this.host = host
    this.stages = stages
    this.#owner = owner
    this.#host(thread)
  }

  #host(thread: HostThread): void {
    this.thread = thread
    this.id = thread.id
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (reply: Reply | EdgeMessage) => this.#receive(reply))
    thread.onLost = (cause) => this.#onLost(cause)
    thread.host(port2)
  }

  /** Another thread is to host the part, which has lost its own. It knows nothing yet: see `load`. */
  moveTo(thread: HostThread): void {
    this.restarts++
    this.isExiting = false
    this.links.clear()
    this.#wasQuiet = false
    this.#ordered = 0
    this.#carriedOut = 0
    this.#isWired = false
    this.#isLost = false
    this.#isStopTold = false
    this.#isBehind = true
    this.#host(thread)
  }

  /** Has a part that has begun anew do what it was told before. */
  catchUp(): void {
    for (const stage of this.#entering.keys()) this.#order({ kind: 'enter', stage })
    if (this.#isStarted) this.#order({ kind: 'start' })
  }

  /** Whether the part can be told something: it has a thread, and its stages are made. */
  get isUp(): boolean {
    return this.#isWired && !this.#isLost && !this.hasEnded
  }

  /** Whether nothing can move in the part before something comes from outside, as far as it has told. */
  get isQuiet(): boolean {
    return this.hasEnded || (!this.#isLost && this.#wasQuiet && this.#ordered === this.#carriedOut)
  }

  /** Whether the run waits for a node of it to be entered. */
  get isEntering(): boolean {
    return this.#enteringNow.size > 0
  }

  get isStarted(): boolean {
    return this.#isStarted
  }

  /** Whether the process stays for what the part may still say. */
  hold(isHeld: boolean): void {
    if (this.hasEnded) return
    if (isHeld) {
      this.#port.ref()
      this.thread.hold()
    } else {
      this.#port.unref()
      this.thread.rest()
    }
  }

  /** Sends to an edge's other end. @throws a DataCloneError for items that cannot be cloned. */
  post(message: EdgeMessage): void {
    this.isIdle = false
    this.#owner.touch()
    this.#port.postMessage(message)
  }

  #order(command: Command, transfer: readonly MessagePort[] = []): void {
    this.#ordered++
    this.isIdle = false
    this.#owner.touch()
    this.#port.postMessage(command, transfer)
  }

  /** Imports modules and builds graphs. Rejects with what went wrong there. */
  load(graphs: readonly GraphRef[]): Promise<Loaded> {
    return new Promise((resolve, reject) => {
      this.#loading = { resolve, reject }
      this.#isReady = false
      if (this.#isLost) resolve({ kind: 'lost', cause: this.#cause })
      else this.#order({ kind: 'load', graphs })
    })
  }

  /** Makes the stages. */
  makeStages(command: Extract<Command, { kind: 'wire' }>): void {
    this.#isWired = true
    if (this.#isLost) {
      this.#owner.onLost(this, this.#cause)
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

  /** Another part can be reached through this port now. */
  rewire(host: number, port: MessagePort): void {
    this.#order({ kind: 'rewire', host, port }, [port])
  }

  /** Snapshots of the readers of these edges are stored. */
  cover(edges: readonly (readonly [edge: number, position: number])[]): void {
    if (this.isUp) this.#order({ kind: 'stored', edges })
  }

  /** Enters a stage. Pending for good if the part is lost for good: the run has failed then. */
  enter(stage: number): Promise<void> {
    this.wire()
    return new Promise((resolve) => {
      this.#entering.set(stage, resolve)
      this.#enteringNow.add(stage)
      this.#order({ kind: 'enter', stage })
    })
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#order({ kind: 'start' })
  }

  /** Lets its sources end; those that were begun anew once `tellStop` says so. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    if (this.restarts === 0 && !this.#isLost) this.tellStop()
  }

  /** Passes on a `stop` that had to wait. */
  tellStop(): void {
    if (!this.#isStopped || this.#isStopTold || !this.isUp) return
    this.#isStopTold = true
    this.#order({ kind: 'stop' })
  }

  /** Whether what it has given before it lost a thread may not all have been given again. */
  get isBehind(): boolean {
    return !this.hasEnded && (this.#isLost || this.#isBehind)
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
      if (!this.#isWired || this.#isLost || this.hasEnded) {
        this.hasEnded = true
        resolve()
        return
      }
      this.#onEnd = resolve
      this.#order({ kind: 'cancel', error: toWire(reason) })
      this.#endAfter(PATIENCE_MS)
    })
    return this.#ending
  }

  /** A thread that has not told its end by then is ended. */
  #endAfter(ms: number): void {
    this.#cancelPatience()
    this.#cancelPatience = longTimer(ms, () => this.abandon(), true)
  }

  /** The part is lost for good. */
  abandon(): void {
    this.#isLost = true
    this.thread.end()
    this.#end()
  }

  /** Lets go of the thread, which another part is to have. */
  leave(): void {
    this.#port.close()
  }

  /** Resolves when what the part has printed has gone on; at once, if it has not ended in good order. */
  drained(): Promise<void> {
    return this.thread.drained(this.#printedBytes)
  }

  /** The run is over: the thread goes back if it is free again, and is ended if not. */
  close(options: ThreadOptions): void {
    this.#cancelPatience()
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
        this.#loading = undefined
        break
      case 'failed':
        this.#onFailed(reply)
        break
      case 'entered':
        this.#enteringNow.delete(reply.stage)
        this.#entering.get(reply.stage)?.()
        break
      case 'saved':
        this.#owner.onSaved(reply.saved)
        break
      case 'order':
        this.#owner.onOrder(reply.stage, reply.runs)
        break
      case 'stamps':
        for (const [edge, stamps] of reply.stamps) this.#owner.onStamps(edge, stamps)
        break
      case 'exited':
        this.#owner.onExited(reply.stage)
        break
      case 'closing':
        this.#owner.onClosing(reply.at)
        break
      case 'unsavable':
        this.unsavable ??= reply.reason
        this.#owner.onUnsavable(this)
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
        // it sees to the limit itself, unless an exit is in a loop without end. A part that had ended before it was told to
        // says so, too, and its thread may host another by now
        if (!this.hasEnded)
          this.#endAfter((this.cleanupTimeoutMs ?? DEFAULT_CLEANUP_TIMEOUT_MS) + PATIENCE_MS)
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
    const { restarts } = this
    await this.#owner.onLetter(letter)
    // a thread that came in its place knows nothing of it
    if (!this.hasEnded && this.restarts === restarts) this.#order({ kind: 'heard', letters: 1 })
  }

  #onFailed({ failure }: Extract<Reply, { kind: 'failed' }>): void {
    this.#hasFailed = true
    const error = fromFailure(failure)
    if (this.#isWired) this.#owner.onFailed(error)
    else if ((failure.error.code as unknown) === 'ERR_WORKER_INIT_FAILED') {
      // the thread runs, but not the helper thread that loads TypeScript there
      this.#loading?.resolve({ kind: 'refused' })
      this.#loading = undefined
    } else {
      this.#loading?.reject(error)
      this.#loading = undefined
    }
  }

  #onReport(report: Report): void {
    this.#wasQuiet = report.isQuiet
    this.isExiting = report.isExiting
    this.#isBehind = report.isBehind
    this.#carriedOut = report.commands
    this.isIdle = report.isIdle && report.commands === this.#ordered
    this.heapBytes = report.heapBytes
    for (const link of report.links) this.links.set(link.index, link)
    this.#owner.onReport(this, report)
  }

  #end(): void {
    this.#cancelPatience()
    this.hasEnded = true
    this.#onEnd()
  }

  #onLost(cause: unknown): void {
    if (this.hasEnded) return
    // what the thread has posted lies here: it counts
    for (let rest = receiveMessageOnPort(this.#port); rest !== undefined; ) {
      this.#receive(rest.message as Reply | EdgeMessage)
      rest = receiveMessageOnPort(this.#port)
    }
    this.#port.close()
    this.#owner.touch()
    if (this.hasEnded) return
    this.#isLost = true
    this.#cause = cause
    const { code } = (cause ?? {}) as { readonly code?: unknown }
    const loading = this.#loading
    this.#loading = undefined
    if (loading !== undefined) {
      loading.resolve(code === 'ERR_WORKER_INIT_FAILED' ? { kind: 'refused' } : { kind: 'lost', cause })
    } else if (this.#ending !== undefined || this.#hasFailed) this.#end()
    else if (this.#isWired) this.#owner.onLost(this, cause)
  }
}
