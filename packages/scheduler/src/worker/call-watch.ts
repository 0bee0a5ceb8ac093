/**
 * `CallWatch`: notes the calls of a region's functions in the worker's beacon, and lets those fail that are known to
 * hang or to end the worker. Made by `RegionRunner`'s makers, for regions with time limits and for batches whose worker
 * was lost, and by `PartRunner` for parts of which the same is true.
 *
 * A call is told by its place: node, how many calls the node had before in this batch (in a part: since calls are noted),
 * and for expansions how often its iterator was asked. What is run again calls each node's function in the same order, so
 * the place is the same.
 */

import { CallLostError, CallTimeoutError, type MillraceError } from '@millrace/core'
import { type Node, promiseOf } from '@millrace/core/engine'
import { type Beacon, ownBeacon } from './beacon.ts'
import type { Poison } from './protocol.ts'
import { fromWire } from './wire-error.ts'

type Kernel = ReturnType<Node['leaf']['kernel']>
type Call = (one: unknown, other: unknown) => unknown

/** Which calls are noted. */
export interface Watched {
  /** All of them, each until its promise has settled; otherwise those of nodes with a limit, until they return. */
  readonly isCareful: boolean
  /** Time limits by node, in ms. */
  readonly limitsMs: readonly (number | undefined)[] | undefined
}

/** Watches the calls of one runner. */
export class CallWatch {
  readonly isCareful: boolean
  readonly #limitsMs: Watched['limitsMs']
  readonly #beacon: Beacon
  /** Calls of each node so far. */
  readonly calls: number[]
  #poison: readonly Poison[] = []
  /** Which call is noted: the last one. */
  #noting = 0

  constructor({ isCareful, limitsMs }: Watched, nodes: number) {
    this.isCareful = isCareful
    this.#limitsMs = limitsMs
    this.#beacon = ownBeacon()
    this.calls = new Array<number>(nodes).fill(0)
  }

  /** A batch begins, in which these calls are to fail. */
  begin(poison: readonly Poison[]): void {
    this.calls.fill(0)
    this.#poison = poison
  }

  /** The kernel of a node, with its calls noted where they are to be. `at` is its index in the region. */
  watch({ id }: Node, at: number, kernel: Kernel): Kernel {
    if (!('f' in kernel) || (!this.isCareful && this.#limitsMs?.[at] === undefined)) return kernel
    const f = kernel.f as Call
    const isExpansion = kernel.kind === 'flatMap' || kernel.kind === 'expand'
    const { calls } = this
    const noted = this.#noted.bind(this)
    const watchItems = (value: unknown, ordinal: number): unknown =>
      isExpansion ? this.#watchItems(value, id, at, ordinal) : value
    function call(this: unknown, one: unknown, other: unknown): unknown {
      const ordinal = calls[at] as number
      calls[at] = ordinal + 1
      const value = noted(id, at, ordinal, 0, f, this, one, other)
      if (!isExpansion) return value
      const promise = promiseOf(value)
      return promise === undefined
        ? watchItems(value, ordinal)
        : promise.then((items) => watchItems(items, ordinal))
    }
    return { ...kernel, f: call } as Kernel
  }

  #noted(
    id: string,
    node: number,
    ordinal: number,
    step: number,
    f: Call,
    self: unknown,
    one?: unknown,
    other?: unknown,
  ): unknown {
    if (this.#poison.length > 0) this.#refuse(id, node, ordinal, step)
    const beacon = this.#beacon
    beacon.enter(node, ordinal, step, this.#limitsMs?.[node])
    const call = ++this.#noting
    // a call that was given up may settle in the middle of the next one
    const leave = (): void => {
      if (call === this.#noting) beacon.leave()
    }
    let value: unknown
    let promise: Promise<unknown> | undefined
    try {
      value = f.call(self, one, other)
      // its `then` must not be read twice: what is adopted here is what goes on
      promise = promiseOf(value)
    } catch (error) {
      leave()
      throw error
    }
    if (!this.isCareful || promise === undefined) {
      leave()
      return promise ?? value
    }
    beacon.wait()
    return promise.finally(leave)
  }

  #refuse(id: string, node: number, ordinal: number, step: number): void {
    for (const poison of this.#poison) {
      if (poison.node === node && poison.ordinal === ordinal && poison.step === step)
        throw errorOf(poison, id)
    }
  }

  /** A lazy expansion works, and may hang or die, each time it is asked. */
  #watchItems(value: unknown, id: string, node: number, ordinal: number): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    let step = 0
    const watch = <Source extends Iterator<unknown> | AsyncIterator<unknown>>(source: Source): object => ({
      next: () => this.#noted(id, node, ordinal, ++step, source.next as unknown as Call, source),
      ...(source.return === undefined ? {} : { return: () => source.return?.() }),
    })
    const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = value as Partial<
      Iterable<unknown> & AsyncIterable<unknown>
    >
    if (sync !== undefined) return { [Symbol.iterator]: () => watch(sync.call(value)) }
    if (async !== undefined) return { [Symbol.asyncIterator]: () => watch(async.call(value)) }
    return value
  }
}

function errorOf(poison: Poison, term: string): MillraceError {
  return poison.kind === 'worker'
    ? new CallLostError(term, fromWire(poison.error))
    : new CallTimeoutError(term, poison.timeoutMs)
}
