/**
 * `Guard`: keeps the failure policy of one node in one run: says what comes after a failed call, and books it. Made for
 * the stages that call the node's function; it never calls that function itself.
 */

import {
  BadInputError,
  CallLostError,
  CallTimeoutError,
  CircuitOpenError,
  describe,
  TermError,
} from '../errors.ts'
import type { FailureKind, FailurePolicy, Retry } from '../failure.ts'
import type { Node } from '../graph/graph.ts'
import type { StagePlan } from '../plan/plan.ts'
import { isPolicy, onErrorOf, retryOf } from '../term/check-policy.ts'
import { isA, promiseOf } from '../values/foreign.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { failureRecordOf } from './failure-record.ts'
import { isAsyncIterable, isIterable } from './frame.ts'
import type { NodeRecord } from './node-record.ts'
import type { StageHost } from './stage.ts'

/** A call that failed. */
export interface FailedCall {
  readonly item: unknown
  readonly error: unknown
  /** Calls made so far, this one included; 0 if it was not even made. */
  readonly attempts: number
  /** Whether part of its result has been given already: then it cannot be made again. */
  readonly hasGiven?: boolean
  /** Default: what the error says. */
  readonly kind?: FailureKind
  /** As for `onSuccess`. */
  readonly isProbe?: boolean | undefined
}

/** What comes next. */
export type Verdict =
  | { readonly kind: 'fail' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** The item was set aside. `held` is there if nothing is to follow before it resolves. */
  | { readonly kind: 'skip'; readonly held: void | Promise<void> }
  /** `value` may be a promise. */
  | { readonly kind: 'fallback'; readonly value: unknown }

/** Keeps one node's policy. */
export class Guard {
  /** Milliseconds that a call may take. */
  readonly timeoutMs: number | undefined
  /** What a call throws that is not made because the circuit is open. */
  readonly refusal: CircuitOpenError | undefined
  readonly #node: Node
  readonly #policy: FailurePolicy<never, unknown>
  readonly #retry: Required<Retry>
  readonly #record: NodeRecord
  readonly #host: StageHost
  readonly #circuit: CircuitBreaker | undefined

  constructor(node: Node, record: NodeRecord, host: StageHost) {
    this.#node = node
    this.#policy = node.policy
    this.#retry = retryOf(this.#policy)
    this.#record = record
    this.#host = host
    const { timeoutMs, circuit } = this.#policy
    this.timeoutMs = timeoutMs
    if (circuit === undefined) return
    this.#circuit = new CircuitBreaker(circuit, host.clock)
    this.refusal = new CircuitOpenError(node.id, circuit.failures, circuit.windowMs)
  }

  /** Whether items are passed by untried for now. */
  get isOpen(): boolean {
    return this.#circuit?.isOpen === true
  }

  /** Whether the item at hand may be tried. */
  admits(): boolean {
    return this.#circuit?.admits() !== false
  }

  /** A call succeeded. `isProbe`: whether it was the one that an open circuit let through; needed of calls side by side. */
  onSuccess(isProbe?: boolean): void {
    this.#circuit?.onSuccess(isProbe)
  }

  /**
   * What comes after a failed call. Whatever it is has been booked, but for the item's end: of `skip` the input counts
   * as failed, of `fallback` it does not.
   *
   * @throws {TermError} with phase `fallback`, if that fails.
   */
  judge(call: FailedCall): Verdict {
    const { item, error, attempts, hasGiven = false } = call
    const { kind = this.#kindOf(error) } = call
    const counts = failureRecordOf(this.#record)
    if (kind !== 'circuit' && !hasGiven && attempts <= this.#retry.attempts) {
      counts.retries++
      return { kind: 'retry', delayMs: pauseMs(this.#retry, attempts) }
    }
    counts[kind]++
    if (kind !== 'circuit') this.#circuit?.onFailure(call.isProbe)
    const onError = onErrorOf(this.#policy)
    if (onError === 'fallback') {
      const value = this.#fallback(call)
      counts.fallbacks++
      return { kind: 'fallback', value }
    }
    if (onError === 'fail' && !this.#host.stopsOnFailure) return { kind: 'fail' }
    counts.deadLettered++
    this.#record.failed++
    const { id } = this.#node
    const letter = { term: id, item, attempts, kind, error, time: this.#host.clock.now() }
    return { kind: 'skip', held: this.#host.setAside(letter, onError === 'fail') }
  }

  #kindOf(error: unknown): FailureKind {
    if (error === undefined) return 'error'
    if (error === this.refusal) return 'circuit'
    if (isA(error, CallLostError)) return 'worker'
    return isA(error, CallTimeoutError) ? 'timeout' : 'error'
  }

  #fallback({ item, error }: FailedCall): unknown {
    const { fallback } = this.#policy
    const { id, leaf } = this.#node
    try {
      const value: unknown = typeof fallback === 'function' ? fallback(item as never, error) : fallback
      // the one promise of it: `then` is not read again
      const promise = promiseOf(value)
      const { kind } = leaf.kernel()
      const isExpansion = kind === 'flatMap' || kind === 'expand'
      if (isExpansion && !isIterable(value) && !isAsyncIterable(value) && promise === undefined) {
        throw new BadInputError(
          `The fallback of an expansion must be an iterable of items, but is ${describe(value)}.`,
        )
      }
      return promise ?? value
    } catch (cause) {
      throw new TermError(id, 'fallback', cause, item)
    }
  }
}

/**
 * The pause before a call is made again, in ms: it grows with each attempt, and part of it is left to chance.
 *
 * "Equal jitter" for a share of 0.5: M. Brooker, "Exponential backoff and jitter", AWS architecture blog 2015.
 */
export function pauseMs(
  { delayMs, factor, maxDelayMs, jitter }: Required<Retry>,
  attempts: number,
  random: () => number = Math.random,
): number {
  if (delayMs === 0) return 0
  const full = Math.min(maxDelayMs, delayMs * factor ** (attempts - 1))
  return full * (1 - jitter * random())
}

/** The guards of a stage's nodes; none where neither the term nor the run says anything about failures. */
export function guardsOf(
  { nodes }: StagePlan,
  records: readonly NodeRecord[],
  host: StageHost,
): (Guard | undefined)[] {
  return nodes.map((node, at) =>
    host.stopsOnFailure || isPolicy(node.policy)
      ? new Guard(node, records[at] as NodeRecord, host)
      : undefined,
  )
}
