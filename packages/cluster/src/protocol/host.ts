/**
 * `Host`: one member of a run. It says that it is alive, looks who else is, and owns the tasks that fall to it: claims
 * those that have no owner, hands over those that are another one's, and gives up those it was fenced from.
 *
 * Who is alive is a guess, from beats that come or do not. A wrong guess costs time and nothing else.
 */

import { setMaxListeners } from 'node:events'
import { type Clock, messageOf } from '@millrace/core'
import { OutcomeUnknownError, ServersGoneError, TaskFailedError } from '../errors.ts'
import type { Commit } from '../port/records.ts'
import type { Member, Substrate } from '../port/substrate.ts'
import { assign } from './assign.ts'
import { PATIENCE_MS, pause, persist } from './persist.ts'
import { type OwnerOptions, TaskOwner } from './task-owner.ts'
import type { TaskShape } from './work.ts'

/** What a host needs beside what its tasks do. */
export interface HostOptions extends Omit<OwnerOptions, 'nonce' | 'signal'> {
  readonly tasks: readonly TaskShape[]
  readonly labels: readonly string[]
  /** Milliseconds between two beats. */
  readonly beatMs: number
  /** Milliseconds without a beat after which a member is taken for dead. */
  readonly suspectMs: number
  /** Milliseconds without an answer from the log after which the host's part ends in an error. Default: it waits. */
  readonly giveUpMs?: number | undefined
  /**
   * Called with how many milliseconds the log has not answered, and the reason: after half a minute, and again each time that
   * has doubled; at once where it has answered that it cannot.
   */
  readonly onSilence?: ((silentMs: number, why: string | undefined) => void) | undefined
  /** Called when the log answers again after that. */
  readonly onAnswer?: (() => void) | undefined
}

/** To hand over may take so long: less than service managers wait before they kill. */
const LEAVE_MS = 20_000
/** And so long to say that it has left. */
const FAREWELL_MS = 2000
/** A log that has not answered for so long is told of. */
const SILENT_MS = 30_000
/** Figures are told so often. */
const REPORT_MS = 1000
/** Patience with an owner doubles so often at most. */
const MOST_DOUBLINGS = 6

/** How a host's part in a run ended. */
export type HostEnd = 'completed' | 'cancelled' | 'left'

/** Takes part in a run, until it is over or the host leaves. */
export class Host {
  readonly #options: HostOptions
  readonly #substrate: Substrate
  readonly #clock: Clock
  readonly #owned = new Map<string, TaskOwner>()
  readonly #claiming = new Set<string>()
  /** The newest commit of each task that is known here. */
  readonly #newest = new Map<string, Commit>()
  /** When each member's beat was seen to change. */
  readonly #seen = new Map<string, { readonly beat: number; readonly at: number }>()
  /** When it looked last. */
  #lookedAt: number | undefined
  #around: readonly Member[] = []
  /** The report under way, if there is one: its call is not to outlive the host. */
  #reporting: Promise<void> = Promise.resolve()
  #reportedAt = Number.NEGATIVE_INFINITY
  /** When it began its last round. */
  #roundAt: number | undefined
  /** When the log has last answered. */
  #answeredAt: number | undefined
  /** It is told of once it has not answered for so long. */
  #tellsAfterMs = SILENT_MS
  /** Why there was no answer, if that is known. */
  #why: string | undefined
  #beat = 0
  #nonces = 0
  #isLeaving = false
  #isOver = false
  readonly #abort = new AbortController()
  #cancelTimer: () => void = () => {}
  #cancelLeaving: () => void = () => {}
  #settle!: { resolve(end: HostEnd): void; reject(error: unknown): void }
  /** How the host's part ended; rejects with a `TaskFailedError` if the run failed. */
  readonly done: Promise<HostEnd>

  constructor(options: HostOptions) {
    this.#options = options
    this.#substrate = options.substrate
    this.#clock = options.clock
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.done.catch(() => undefined)
    setMaxListeners(0, this.#abort.signal)
  }

  /** Takes part. Resolves or rejects as `done`. */
  async run(): Promise<HostEnd> {
    let unwatch: () => void = () => {}
    try {
      const watch = () => this.#substrate.watch((tail) => this.#onTail(tail.commit))
      unwatch = await persist(this.#clock, this.#abort.signal, watch, PATIENCE_MS)
      void this.#round()
      return await this.done
    } finally {
      this.#isOver = true
      this.#cancelTimer()
      this.#cancelLeaving()
      unwatch()
      this.#abort.abort()
      await this.#sayFarewell()
    }
  }

  /** A server that does not answer is not waited for: its beats stop, which says the same. */
  async #sayFarewell(): Promise<void> {
    const said = new AbortController()
    const saying = this.#reporting
      .then(() => this.#substrate.leave(this.#options.owner))
      .catch(() => undefined)
      .finally(() => said.abort())
    await Promise.race([saying, pause(this.#clock, FAREWELL_MS, said.signal)])
  }

  /** Hands its tasks over and leaves; after a while without: what it has not committed is done again elsewhere. */
  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#cancelLeaving = this.#clock.after(LEAVE_MS, () => this.#settle.resolve('left'))
    this.#releaseAll()
    this.#endIfLeft()
  }

  /** Ends its part at once: what it has not committed is done again elsewhere. */
  end(): void {
    this.#settle.resolve('left')
  }

  /** Has each of its tasks commit and be free for whoever claims it next. */
  #releaseAll(): void {
    for (const owner of this.#owned.values()) if (!owner.isReleasing) owner.release()
  }

  /** Names of the tasks that it owns now. */
  get owned(): readonly string[] {
    return [...this.#owned.keys()]
  }

  /** The members that it takes to be alive. */
  get members(): readonly Member[] {
    return this.#around
  }

  /** The newest commits that it knows of, by task. */
  get newest(): ReadonlyMap<string, Commit> {
    return this.#newest
  }

  #onTail(commit: Commit): void {
    const known = this.#newest.get(commit.task)
    if (this.#isOver || (known !== undefined && known.number >= commit.number)) return
    this.#newest.set(commit.task, commit)
    const fenced = this.#owned.get(commit.task)
    if (fenced !== undefined && fenced.epoch < commit.epoch) fenced.abandon()
    for (const owner of this.#owned.values()) owner.onTail(commit)
    if (commit.phase === 'failed') {
      const { term, code, message } = commit.failure ?? { term: commit.task, code: 'UNKNOWN', message: '' }
      this.#settle.reject(new TaskFailedError(term, code, message, commit.owner))
    }
    if (this.#isCompleted) this.#settle.resolve('completed')
    if (commit.phase === 'released') this.#soon(0)
  }

  get #isCompleted(): boolean {
    return this.#options.tasks.every(({ name }) => this.#newest.get(name)?.phase === 'done')
  }

  #soon(ms: number): void {
    this.#cancelTimer()
    if (!this.#isOver) this.#cancelTimer = this.#clock.after(ms, () => void this.#round())
  }

  /** Beats, looks, claims and releases; then again after a while. */
  async #round(): Promise<void> {
    this.#soon(this.#options.beatMs)
    const { owner, labels } = this.#options
    try {
      this.#report()
      this.#lookAtSilence()
      if (!this.#isLeaving) {
        await this.#substrate.beat({ name: owner, labels, beat: ++this.#beat })
        this.#onAnswer()
      }
      const [members, command] = await Promise.all([this.#substrate.members(), this.#substrate.commanded()])
      if (this.#isOver) return
      if (command === 'cancel') this.#settle.resolve('cancelled')
      if (command === 'stop') for (const task of this.#owned.values()) task.stop()
      const living = this.#living(members)
      this.#around = living
      if (command === 'pause') this.#releaseAll()
      else if (!this.#isLeaving) this.#share(living, command === 'stop')
    } catch (error) {
      // without an answer it looks again with the next beat; claims and commits find out for themselves
      if (error instanceof OutcomeUnknownError) this.#onNoAnswer(error)
      else this.#settle.reject(error)
    }
  }

  #onAnswer(): void {
    this.#answeredAt = this.#clock.monotonic()
    if (this.#tellsAfterMs > SILENT_MS) this.#options.onAnswer?.()
    this.#tellsAfterMs = SILENT_MS
    this.#why = undefined
  }

  #onNoAnswer({ cause, isPutOff }: OutcomeUnknownError): void {
    this.#why = cause === undefined ? undefined : messageOf(cause)
    if (isPutOff && this.#tellsAfterMs === SILENT_MS) this.#tellSilence()
  }

  #tellSilence(): void {
    this.#tellsAfterMs *= 2
    const now = this.#clock.monotonic()
    this.#options.onSilence?.(now - (this.#answeredAt ?? now), this.#why)
  }

  /** @throws {ServersGoneError} if the log has not answered for too long. */
  #lookAtSilence(): void {
    const { giveUpMs = Number.POSITIVE_INFINITY, suspectMs } = this.#options
    const now = this.#clock.monotonic()
    // whoever was asleep itself, or held up by a term, has asked nothing meanwhile
    const slept = now - (this.#roundAt ?? now) >= suspectMs
    this.#roundAt = now
    if (slept) this.#answeredAt = now
    this.#answeredAt ??= now
    // one that leaves does not beat
    if (this.#isLeaving) return
    const silentMs = now - this.#answeredAt
    if (silentMs >= giveUpMs) throw new ServersGoneError(silentMs)
    if (silentMs < this.#tellsAfterMs) return
    this.#tellSilence()
  }

  /** Tells those who watch what its tasks have counted. That it gets there matters to no task. */
  #report(): void {
    const now = this.#clock.monotonic()
    if (now - this.#reportedAt < REPORT_MS) return
    const tasks = [...this.#owned].flatMap(([task, { epoch, figures }]) =>
      figures === undefined ? [] : [{ task, epoch, figures }],
    )
    if (tasks.length === 0) return
    this.#reportedAt = now
    this.#reporting = this.#substrate.report({ member: this.#options.owner, tasks }).catch(() => undefined)
  }

  /** The members that are taken to be alive. */
  #living(members: readonly Member[]): Member[] {
    const { suspectMs } = this.#options
    const now = this.#clock.monotonic()
    // whoever was asleep itself has heard nothing of the others meanwhile
    const slept = now - (this.#lookedAt ?? now) >= suspectMs
    this.#lookedAt = now
    const names = new Set(members.map(({ name }) => name))
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name)
    for (const { name, beat } of members) {
      const known = this.#seen.get(name)
      if (slept || known === undefined || known.beat !== beat) this.#seen.set(name, { beat, at: now })
    }
    return members.filter(({ name }) => this.#silence(name) < suspectMs)
  }

  /**
   * Milliseconds for which nothing was heard of a member although there was something to be heard: the host's own beats, too,
   * come back from the log. Without end for one that has left.
   */
  #silence(name: string): number {
    const seen = this.#seen.get(name)
    if (seen === undefined) return Number.POSITIVE_INFINITY
    const heardAt = this.#seen.get(this.#options.owner)?.at ?? this.#clock.monotonic()
    return heardAt - seen.at
  }

  /** Whether the owner of a task may be taken for dead. */
  #isSilent({ owner, attempts = 0 }: Commit): boolean {
    // an owner that is busy with a large state must not be fenced again and again before it can commit
    return this.#silence(owner) >= this.#options.suspectMs * 2 ** Math.min(attempts, MOST_DOUBLINGS)
  }

  #share(living: readonly Member[], isStopping: boolean): void {
    const { tasks, owner: me } = this.#options
    const owners = assign(tasks, living)
    for (const task of tasks) {
      const owned = this.#owned.get(task.name)
      const wanted = owners.get(task.name)
      if (owned !== undefined) {
        if (wanted !== undefined && wanted !== me && !owned.isReleasing) owned.release()
        continue
      }
      const phase = this.#newest.get(task.name)?.phase
      if (wanted === me && phase !== 'done' && phase !== 'failed') void this.#claim(task, isStopping)
    }
  }

  async #claim(task: TaskShape, isStopping: boolean): Promise<void> {
    const { owner: me } = this.#options
    if (this.#claiming.has(task.name)) return
    this.#claiming.add(task.name)
    try {
      const { signal } = this.#abort
      const options = { ...this.#options, signal, nonce: () => `${me} ${++this.#nonces}` }
      const owner = await TaskOwner.claim(task, options, (newest) => {
        if (newest !== undefined) this.#onTail(newest)
        if (newest === undefined || newest.phase === 'released') return true
        // its own name: an ownership that it has given up itself
        if (newest.phase === 'done' || newest.phase === 'failed') return false
        return newest.owner === me || this.#isSilent(newest)
      })
      if (owner === undefined || this.#isOver) return
      this.#owned.set(task.name, owner)
      for (const commit of this.#newest.values()) owner.onTail(commit)
      if (isStopping) owner.stop()
      if (this.#isLeaving) owner.release()
      await owner.run()
      this.#owned.delete(task.name)
      this.#endIfLeft()
    } catch (error) {
      this.#settle.reject(error)
    } finally {
      this.#claiming.delete(task.name)
    }
  }

  #endIfLeft(): void {
    if (this.#isLeaving && this.#owned.size === 0) this.#settle.resolve('left')
  }
}
