/**
 * `ItemFailures`: what a fused stage does about a call that failed: keeps the policies of its nodes. Made by
 * `FusedStage`, and asked only once a loop has come back without a result.
 *
 * A call is made again through a frame with its one item. Of a node whose circuit is open, the function is exchanged for
 * one that throws: so loops know nothing of circuits.
 */

import { CallTimeoutError, TermError } from '../errors.ts'
import type { StagePlan } from '../plan/plan.ts'
import { isA } from '../values/foreign.ts'
import type { NodeContext } from './context.ts'
import { failureRecordOf } from './failure-record.ts'
import type { FrameStack } from './frame-stack.ts'
import { type Guard, guardsOf } from './guard.ts'
import type { NodeRecord } from './node-record.ts'
import type { StageHost } from './stage.ts'
import type { TimeLimit } from './time-limit.ts'

type ItemFunction = (...args: unknown[]) => unknown

/** What of a fused stage it works on. */
export interface FailingStage {
  readonly plan: StagePlan
  readonly host: StageHost
  readonly contexts: NodeContext[]
  readonly records: readonly NodeRecord[]
  readonly functions: ItemFunction[]
  readonly frames: FrameStack
  /** Source time of the item at hand. */
  readonly lastTime: number
  /** Nothing runs in the stage before `goOn`. */
  hold(op: number): void
  goOn(): void
  /** Goes on behind op `op`, which has given `value` for `item`. */
  settled(op: number, value: unknown, item: unknown, attempts: number): void
  failed(error: unknown, phase: string, op: number, item: unknown): void
}

/** Stands for the attempts of what came from a fallback: there is nothing to fall back on any more. */
const FALLEN_BACK = Number.POSITIVE_INFINITY

/** Keeps the policies of one stage. */
export class ItemFailures {
  /** The op that the frame at hand calls again; -1 if it does not. */
  #op = -1
  /** Calls of it made before. */
  #attempts = 0
  #cancelPause: () => void = () => {}
  readonly #stage: FailingStage
  readonly #guards: readonly (Guard | undefined)[]
  readonly #functions: readonly ItemFunction[]

  constructor(stage: FailingStage) {
    this.#stage = stage
    this.#guards = guardsOf(stage.plan, stage.records, stage.host)
    this.#functions = [...stage.functions]
  }

  /** A loop is about to call op `op` again. The item was taken in before: it is not to be counted twice. */
  beginRetry(op: number, attempts: number): void {
    this.#op = op
    this.#attempts = attempts
    ;(this.#stage.records[op] as NodeRecord).in--
  }

  /** A loop has come back. Returns how many calls were made before of op `op`, at which it has. */
  endRetry(op: number, isDone: boolean): number {
    const retried = this.#op
    this.#op = -1
    if (retried < 0) return 0
    if (isDone || retried !== op) this.#guards[retried]?.onSuccess()
    return retried === op ? this.#attempts : 0
  }

  /** An async call of op `op` has given a result. */
  onSuccess(op: number): void {
    this.#guards[op]?.onSuccess()
  }

  /** The time limit on a call of op `op`; `onTimeout` gets the error. */
  limitOf(op: number, onTimeout: (error: unknown) => void): TimeLimit | undefined {
    const timeoutMs = this.#guards[op]?.timeoutMs
    if (timeoutMs === undefined) return undefined
    const { host, contexts, plan } = this.#stage
    return {
      timers: host.timers,
      timeoutMs,
      onTimeout: () => {
        const ctx = contexts[op] as NodeContext
        const error = new CallTimeoutError(plan.nodes[op]?.id ?? '', timeoutMs)
        contexts[op] = ctx.abandon(error)
        onTimeout(error)
      },
    }
  }

  /** The call of op `op` on `item`, one after so many others, has failed. Its input has been counted as taken in. */
  onFailed(error: unknown, op: number, item: unknown, attempts: number, hasGiven = false): void {
    const stage = this.#stage
    const guard = this.#guards[op]
    ;(stage.contexts[op] as NodeContext).pending = null // what a call emits belongs to its result
    if (guard === undefined) {
      failureRecordOf(stage.records[op] as NodeRecord).error++
      stage.failed(error, 'item', op, item)
    } else if (attempts === FALLEN_BACK) stage.failed(error, 'fallback', op, item)
    else if (error === guard.refusal) this.#onRefused(guard, op, item)
    else this.#judge(guard, error, op, item, attempts + 1, hasGiven)
  }

  /** The circuit is open: the item is the probe, or goes by untried. */
  #onRefused(guard: Guard, op: number, item: unknown): void {
    if (guard.admits()) {
      this.#exchange(op, false)
      this.#retry(op, item, 0)
    } else this.#judge(guard, guard.refusal, op, item, 0, false)
  }

  #judge(guard: Guard, error: unknown, op: number, item: unknown, attempts: number, hasGiven: boolean): void {
    const stage = this.#stage
    try {
      const verdict = guard.judge({ error, item, attempts, hasGiven })
      this.#exchange(op, guard.isOpen)
      switch (verdict.kind) {
        case 'fail':
          stage.failed(error, 'item', op, item)
          return
        case 'retry':
          this.#pause(verdict.delayMs, op, item, attempts)
          return
        case 'skip':
          if (verdict.held !== undefined) this.#holdFor(verdict.held)
          return
        case 'fallback':
          stage.settled(op, verdict.value, item, FALLEN_BACK)
      }
    } catch (failure) {
      stage.failed(failure, isA(failure, TermError) ? failure.phase : 'item', op, item)
    }
  }

  #exchange(op: number, isOpen: boolean): void {
    const { functions } = this.#stage
    const { refusal } = this.#guards[op] as Guard
    if (refusal === undefined) return
    functions[op] = isOpen
      ? () => {
          throw refusal
        }
      : (this.#functions[op] as ItemFunction)
  }

  #retry(op: number, item: unknown, attempts: number): void {
    this.#stage.frames.retry(op, item, attempts, this.#stage.lastTime)
  }

  #pause(delayMs: number, op: number, item: unknown, attempts: number): void {
    const stage = this.#stage
    if (delayMs === 0) {
      this.#retry(op, item, attempts)
      return
    }
    stage.hold(op)
    this.#cancelPause = stage.host.timers.after(delayMs, () => {
      this.#retry(op, item, attempts)
      stage.goOn()
    })
  }

  #holdFor(held: Promise<void>): void {
    this.#stage.hold(-1)
    void held.then(() => this.#stage.goOn())
  }

  /** The stage is let go: nothing is called any more. */
  release(): void {
    this.#cancelPause()
  }
}
