/**
 * `Chain`: one task's history as one owner writes it. Claims and commits by compare-and-set, so that each chain is one
 * history whoever else writes to it.
 *
 * An answer that got lost is found out by reading the newest record: with this writer's nonce it was done. If the record
 * before is still the newest the same one is written again; should the first still arrive, only one of the two fits.
 */

import type { Clock } from '@millrace/core'
import { FencedError, OutcomeUnknownError } from '../errors.ts'
import { BEGIN, type Commit } from '../port/records.ts'
import type { Substrate, Tail } from '../port/substrate.ts'
import { pause, persist } from './persist.ts'

const PAUSE_MS = 50
const NEVER = new AbortController().signal

/** What an owner may change of its task in a commit. */
export type Change = Pick<Commit, 'phase' | 'inputs' | 'outputs'> &
  Partial<Pick<Commit, 'state' | 'ledger' | 'crossed' | 'failure'>>

/** Who writes to a chain, and how. */
export interface ChainOptions {
  readonly substrate: Substrate
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly task: string
  /** Member that writes. */
  readonly owner: string
  /** A name that no other record has. */
  readonly nonce: () => string
}

/** The chain of a task that this owner has claimed. */
export class Chain {
  readonly #options: ChainOptions
  #tail: Tail

  private constructor(options: ChainOptions, tail: Tail) {
    this.#options = options
    this.#tail = tail
  }

  /**
   * Makes the owner that of the task, if `mayClaim` says so of its newest commit; else resolves to `undefined`.
   *
   * @throws {FencedError} if another one was there first.
   */
  static async claim(
    options: ChainOptions,
    inputs: readonly string[],
    mayClaim: (newest: Commit | undefined) => boolean,
  ): Promise<Chain | undefined> {
    const { substrate, clock, signal, task, owner, nonce } = options
    const tail = await persist(clock, signal, () => substrate.tail(task))
    if (!mayClaim(tail?.commit)) return undefined
    const before = tail?.commit ?? {
      task,
      epoch: 0,
      number: 0,
      attempts: 0,
      inputs: Object.fromEntries(inputs.map((edge) => [edge, BEGIN])),
      outputs: {},
    }
    const commit: Commit = {
      ...before,
      epoch: before.epoch + 1,
      number: before.number + 1,
      attempts: (before.attempts ?? 0) + 1,
      nonce: nonce(),
      owner,
      // an owner that died between its last commit and its markers has left these to do
      phase: tail?.commit.phase === 'ended' ? 'ended' : 'running',
    }
    return new Chain(options, await append(options, commit, tail?.sequence ?? 0))
  }

  /** The owner's newest commit. */
  get newest(): Commit {
    return this.#tail.commit
  }

  /** Whether another one owns the task now. */
  async isFenced(): Promise<boolean> {
    const { substrate, clock, task } = this.#options
    const tail = await persist(clock, NEVER, () => substrate.tail(task))
    return tail?.commit.nonce !== this.newest.nonce
  }

  /** Adds a commit. @throws {FencedError} if the task has another owner: nothing was added. */
  async commit(change: Change): Promise<Commit> {
    const { newest } = this
    const { owner, nonce } = this.#options
    const commit = { ...newest, ...change, attempts: 0, number: newest.number + 1, nonce: nonce(), owner }
    this.#tail = await append(this.#options, commit, this.#tail.sequence)
    return commit
  }
}

async function append(options: ChainOptions, commit: Commit, expected: number): Promise<Tail> {
  const { substrate, clock, signal, task } = options
  for (;;) {
    signal.throwIfAborted()
    try {
      return { sequence: await substrate.append(commit, expected), commit }
    } catch (error) {
      if (!(error instanceof FencedError) && !(error instanceof OutcomeUnknownError)) throw error
    }
    const tail = await persist(clock, signal, () => substrate.tail(task))
    if (tail?.commit.nonce === commit.nonce) return tail
    if ((tail?.sequence ?? 0) !== expected) throw new FencedError(task)
    await pause(clock, PAUSE_MS, signal)
  }
}
