/**
 * `TaskOwner`: a task's life on one host, from its claim to its release.
 *
 * Claim, restore, write the last markers again, work; and for each cut: wait until the chunks are safe, save the state,
 * append the commit, send the markers, purge what is not needed any more. Each step may be the last one: the next owner
 * goes on from the newest commit.
 */

import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Clock } from '@millrace/core'
import { BrokenLogError, FencedError } from '../errors.ts'
import type {
  Commit,
  Phase,
  ReadPosition,
  StateRef,
  TaskFigures,
  WrittenTransaction,
} from '../port/records.ts'
import type { Substrate } from '../port/substrate.ts'
import { Chain } from './chain.ts'
import { markerOf, Outgoing } from './outgoing.ts'
import { persist } from './persist.ts'
import { readCommitted } from './read-committed.ts'
import type { Cut, Ended, MakeWork, Surroundings, TaskShape, TellFailure, Work } from './work.ts'

/** How tasks are run; the same for all of a host. */
export interface OwnerOptions {
  readonly substrate: Substrate
  readonly clock: Clock
  /** Aborts when the host takes part no longer. */
  readonly signal: AbortSignal
  /** Name of the member that owns. */
  readonly owner: string
  readonly nonce: () => string
  readonly makeWork: MakeWork
  readonly tellFailure: TellFailure
  /** Milliseconds from the end of one commit to the next cut. */
  readonly commitMs: number
  readonly creditBytes: number
  /** Largest payload of one message. */
  readonly messageBytes: number
  /** Reads committed chunks. Tests put others in its place. */
  readonly read?: typeof readCommitted
}

/** How a host's ownership of a task came to its end. `lost`: another one has it, or there is no answer any more. */
export type OwnerEnd = 'released' | 'done' | 'failed' | 'lost'

/** A share of the time between commits may go into saving: large states are saved less often. */
const SAVING_SHARE = 10
/** But not less often than this. */
const LONGEST_MS = 30_000
/** A cut that was not taken, since the terms did not come to rest, is asked for again after this. */
const CUT_AGAIN_MS = 1000

/** A task that this host owns. */
export class TaskOwner {
  readonly task: TaskShape
  readonly #options: OwnerOptions
  readonly #chain: Chain
  readonly #abort: AbortController
  readonly #outgoing = new Map<string, Outgoing>()
  #work: Work | undefined
  #cancelTimer: () => void = () => {}
  /** How long the commit before took. */
  #savedMs = 0
  /** The commit under way: there is one at a time. */
  #committing: Promise<void> = Promise.resolve()
  /** The work has ended: the commit that says so is the last one, and no cut may come behind it. */
  #hasEnded = false
  #isReleasing = false
  #isStopping = false
  #onReleased: () => void = () => {}
  /** A commit of the work failed, and not because the task has another owner: the run fails of it. */
  #cutFailure: { readonly error: unknown } | undefined
  #onCutFailed: (error: unknown) => void = () => {}

  private constructor(task: TaskShape, options: OwnerOptions, chain: Chain, abort: AbortController) {
    this.task = task
    this.#options = options
    this.#chain = chain
    this.#abort = abort
    const { substrate, clock, creditBytes, messageBytes } = options
    const { epoch, outputs } = chain.newest
    for (const edge of task.outputs) {
      const send = (message: Parameters<Substrate['send']>[1]): Promise<void> =>
        persist(clock, abort.signal, () => substrate.send(edge, message))
      const written = outputs[edge]
      this.#outgoing.set(edge, new Outgoing({ epoch, written, creditBytes, messageBytes, send }))
    }
  }

  /** Makes this host the owner, if `mayClaim` allows it; `undefined` if not, or another one was faster. */
  static async claim(
    task: TaskShape,
    options: OwnerOptions,
    mayClaim: (newest: Commit | undefined) => boolean,
  ): Promise<TaskOwner | undefined> {
    const { substrate, clock, owner, nonce } = options
    const abort = new AbortController()
    // each call under way listens
    setMaxListeners(0, abort.signal)
    const onOver = (): void => abort.abort(new FencedError(task.name))
    options.signal.addEventListener('abort', onOver)
    abort.signal.addEventListener('abort', () => options.signal.removeEventListener('abort', onOver))
    const chainOptions = { substrate, clock, signal: abort.signal, task: task.name, owner, nonce }
    try {
      const chain = await Chain.claim(chainOptions, task.inputs, mayClaim)
      if (chain !== undefined) return new TaskOwner(task, options, chain, abort)
      abort.abort()
      return undefined
    } catch (error) {
      abort.abort()
      if (error instanceof FencedError) return undefined
      throw error
    }
  }

  /** Epoch of this ownership. */
  get epoch(): number {
    return this.#chain.newest.epoch
  }

  /** What the task has counted so far; `undefined` before it works. */
  get figures(): TaskFigures | undefined {
    return this.#work?.figures?.()
  }

  /** Works until the task has ended, is released, or is lost. @throws what is no matter of the protocol. */
  async run(): Promise<OwnerEnd> {
    const { signal } = this.#abort
    try {
      await this.#sendMarkers(this.#chain.newest.outputs, {})
      if (this.#chain.newest.phase !== 'ended') {
        const state = await this.#restore()
        signal.throwIfAborted()
        const ended = await this.#process(state)
        if (ended === undefined) return 'released'
        this.#hasEnded = true
        this.#cancelTimer()
        await this.#committing
        this.#cancelTimer()
        signal.throwIfAborted()
        if (this.#cutFailure !== undefined) throw this.#cutFailure.error
        await this.#commit('ended', { ...ended, inputs: this.#closedInputs() }, true)
      }
      await this.#chain.commit({ ...this.#chain.newest, phase: 'done' })
      return 'done'
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error
      if (reason instanceof FencedError) return 'lost'
      await this.#committing
      // what is missing may have been purged by the owner after this one
      if (reason instanceof BrokenLogError && (await this.#chain.isFenced())) return 'lost'
      return await this.#fail(reason)
    } finally {
      this.#cancelTimer()
      this.#abort.abort()
      await this.#work?.dispose()
    }
  }

  async #restore(): Promise<readonly Uint8Array[] | undefined> {
    const { substrate, clock } = this.#options
    const { state } = this.#chain.newest
    if (state === undefined) return undefined
    const pieces = await persist(clock, this.#abort.signal, () =>
      substrate.loadState(this.task.name, state.pieces),
    )
    if (hashOf(pieces) !== state.hash) throw new BrokenLogError(`the state of ${this.task.name} was changed`)
    return pieces
  }

  /** Resolves to how the work ended; to nothing if the task was released before. */
  async #process(state: readonly Uint8Array[] | undefined): Promise<Ended | undefined> {
    const { makeWork, substrate, clock, read = readCommitted } = this.#options
    const { signal } = this.#abort
    const around: Surroundings = {
      read: (edge, from = this.#chain.newest.inputs[edge] as ReadPosition) =>
        read({ substrate, clock, edge, from, signal }),
      hasRoom: (edge) => this.#outgoing.get(edge)?.hasRoom === true,
      write: (edge, payload) => {
        const outgoing = this.#outgoing.get(edge) as Outgoing
        outgoing.write(payload)
        if (!outgoing.hasRoom) this.#work?.cut()
      },
      onCut: (cut) => this.#onCut(cut),
      signal,
    }
    const released = new Promise<undefined>((resolve) => {
      this.#onReleased = () => resolve(undefined)
    })
    const lost = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      this.#onCutFailed = reject
    })
    lost.catch(() => undefined)
    const work = makeWork(this.task, state, around)
    this.#work = work
    if (this.#isStopping) work.stop()
    for (const [edge, { isClosed }] of this.#outgoing) if (isClosed) work.onClosed(edge)
    this.#setTimer(this.#options.commitMs)
    return Promise.race([work.run(), released, lost])
  }

  #setTimer(ms: number): void {
    this.#cancelTimer()
    // a commit under way may come to its end after the ownership has
    if (this.#hasEnded || this.#abort.signal.aborted) return
    this.#cancelTimer = this.#options.clock.after(this.#isReleasing ? 0 : ms, () => {
      this.#cancelTimer = this.#options.clock.after(CUT_AGAIN_MS, () => this.#onNoCut())
      this.#work?.cut()
    })
  }

  /**
   * A term that is in the middle of what one item gives cannot be saved, and without a commit its reader frees no credit: an
   * item that gives more than the credit would wait for good.
   */
  #onNoCut(): void {
    for (const outgoing of this.#outgoing.values()) if (outgoing.grow()) this.#work?.onRoom()
    this.#setTimer(0)
  }

  /** At this instant, before anything is awaited, the transaction is closed: what comes now is of the next one. */
  #onCut(cut: Cut): Promise<boolean> {
    cut.flushed?.catch(() => undefined) // awaited by the commit, if there is one
    if (this.#hasEnded) return Promise.resolve(false)
    const committing = this.#commitCut(cut)
    this.#committing = committing.then(() => undefined)
    return committing
  }

  async #commitCut(cut: Cut): Promise<boolean> {
    const { clock, commitMs } = this.#options
    this.#cancelTimer()
    const begun = clock.monotonic()
    const phase = this.#isReleasing ? 'released' : 'running'
    try {
      if (phase === 'released' || this.#isNew(cut)) await this.#commit(phase, cut, false)
    } catch (error) {
      // not by the signal: the commit that says that the task has failed goes by it, too
      this.#cutFailure ??= { error }
      this.#onCutFailed(error)
      return false
    }
    if (phase === 'released') {
      this.#onReleased()
      return true
    }
    for (const outgoing of this.#outgoing.values()) {
      if (outgoing.growIfStarved(clock.monotonic())) this.#work?.onRoom()
    }
    const isParked = [...this.#outgoing.values()].some(({ hasRoom, isOpen }) => isOpen && !hasRoom)
    // of two commits the shorter one: a server that was away for a while makes no state larger
    const tookMs = clock.monotonic() - begun
    const savingMs = Math.min(tookMs, this.#savedMs) * SAVING_SHARE
    this.#savedMs = tookMs
    this.#setTimer(isParked ? 0 : Math.max(commitMs, Math.min(savingMs, LONGEST_MS)))
    return true
  }

  /** Whether something has happened since the newest commit: a task that waits writes nothing. */
  #isNew({ state, inputs }: Cut): boolean {
    const { newest } = this.#chain
    if ([...this.#outgoing.values()].some(({ isOpen }) => isOpen)) return true
    if (newest.state === undefined || newest.state.hash !== hashOf(state)) return true
    return Object.entries(inputs).some(([edge, { sequence, closed }]) => {
      const before = newest.inputs[edge]
      return before?.sequence !== sequence || before.closed !== closed
    })
  }

  async #commit(phase: Phase, cut: Cut, end: boolean): Promise<void> {
    const before = this.#chain.newest
    const outputs: Record<string, WrittenTransaction> = {}
    const safe: Promise<unknown>[] = [cut.flushed ?? Promise.resolve()]
    safe[0]?.catch(() => undefined) // awaited below, unless a chunk fails before it
    for (const [edge, outgoing] of this.#outgoing) {
      const closed = outgoing.close(end)
      if (closed.written !== undefined) outputs[edge] = closed.written
      safe.push(closed.safe)
    }
    const saving = this.#save(cut.state)
    saving.catch(() => undefined)
    await Promise.all(safe)
    const state = await saving
    const inputs = { ...before.inputs, ...cut.inputs }
    await this.#chain.commit({ phase, inputs, outputs, state, ledger: cut.ledger, crossed: cut.crossed })
    await this.#sendMarkers(outputs, before.outputs)
    await this.#purge(inputs, before.inputs, state)
  }

  async #save(pieces: readonly Uint8Array[]): Promise<StateRef> {
    const { substrate, clock } = this.#options
    const sequences = await persist(clock, this.#abort.signal, () =>
      substrate.saveState(this.task.name, pieces),
    )
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    return { pieces: sequences, bytes, hash: hashOf(pieces) }
  }

  /** All of them are safe before the next commit: so only those of the newest one can be missing. */
  async #sendMarkers(
    outputs: Readonly<Record<string, WrittenTransaction>>,
    before: Readonly<Record<string, WrittenTransaction>>,
  ): Promise<void> {
    const { substrate, clock } = this.#options
    await Promise.all(
      Object.entries(outputs).map(([edge, written]) =>
        before[edge]?.transaction === written.transaction
          ? undefined
          : persist(clock, this.#abort.signal, () => substrate.send(edge, markerOf(written))),
      ),
    )
  }

  /** Only what the newest commit no longer needs. */
  async #purge(
    inputs: Readonly<Record<string, ReadPosition>>,
    before: Readonly<Record<string, ReadPosition>>,
    state: StateRef,
  ): Promise<void> {
    const { substrate, clock } = this.#options
    const { signal } = this.#abort
    const purges = Object.entries(inputs).flatMap(([edge, { sequence, closed }]) => {
      const old = before[edge]
      if (old?.sequence === sequence && old.closed === closed) return []
      const below = closed ? Number.MAX_SAFE_INTEGER : sequence
      return [persist(clock, signal, () => substrate.purge(edge, below))]
    })
    const lowest = Math.min(...state.pieces)
    if (Number.isFinite(lowest)) {
      purges.push(persist(clock, signal, () => substrate.dropState(this.task.name, lowest)))
    }
    await Promise.all(purges)
  }

  #closedInputs(): Record<string, ReadPosition> {
    const { inputs } = this.#chain.newest
    return Object.fromEntries(Object.entries(inputs).map(([edge, at]) => [edge, { ...at, closed: true }]))
  }

  async #fail(error: unknown): Promise<OwnerEnd> {
    const { inputs, outputs } = this.#chain.newest
    try {
      const failure = this.#options.tellFailure(error)
      await this.#chain.commit({ phase: 'failed', inputs, outputs, failure })
      return 'failed'
    } catch (second) {
      if (second instanceof FencedError) return 'lost'
      throw second
    }
  }

  /** Another task has committed: it may have taken what this one gave. */
  onTail({ inputs, phase }: Commit): void {
    for (const [edge, outgoing] of this.#outgoing) {
      const position = inputs[edge]
      if (position === undefined) continue
      const had = outgoing.hasRoom
      const wasClosed = outgoing.isClosed
      outgoing.applied(phase === 'done' ? { ...position, closed: true } : position)
      if (outgoing.isClosed && !wasClosed) this.#work?.onClosed(edge)
      else if (!had && outgoing.hasRoom) this.#work?.onRoom()
    }
  }

  /** Hands the task over: commits once more, and lets go. */
  release(): void {
    this.#isReleasing = true
    this.#setTimer(0)
  }

  /** Whether it is being handed over. */
  get isReleasing(): boolean {
    return this.#isReleasing
  }

  /** Lets the task's own sources end. */
  stop(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#work?.stop()
  }

  /** Lets go at once, without a commit: the run is over. */
  abandon(): void {
    this.#abort.abort(new FencedError(this.task.name))
  }
}

function hashOf(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
