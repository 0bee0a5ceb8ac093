/** `SinkProbe`: a sink that takes an item only when a test asks for one. */

import { SinkTerm } from '../term/sink-term.ts'

/** An item that was written and that nobody has requested yet. */
interface Held<T> {
  readonly item: T
  readonly accept: () => void
}

/**
 * A sink under a test's control: until `request`, the graph before it is held back. For one run. Its result is
 * what it received.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable } from 'millrace/terms'
 * import { SinkProbe } from 'millrace/testing'
 *
 * const probe = new SinkProbe<number>()
 * const { done } = run(fromIterable([1, 2, 3]).pipe(probe))
 * console.log(await probe.next(), probe.received) // 1 [ 1 ]
 * probe.request()
 * await done
 * console.log(probe.received) // [ 1, 2, 3 ]
 * ```
 */
export class SinkProbe<T> extends SinkTerm<T, readonly T[]> {
  readonly #received: T[] = []
  readonly #askers: ((item: T | undefined) => void)[] = []
  #credit = 0
  #held: Held<T> | undefined
  #ended = false
  #exited = false

  constructor(name = 'SinkProbe') {
    super()
    this.name = name
  }

  /** Takes `count` more items as they come. Default: all. */
  request(count = Number.POSITIVE_INFINITY): this {
    this.#credit += count
    const held = this.#held
    if (held !== undefined && this.#credit > 0) {
      this.#held = undefined
      this.#take(held.item)
      held.accept()
    }
    return this
  }

  /** Requests one more item and waits for it; `undefined` once the stream has ended or the run is over. */
  next(): Promise<T | undefined> {
    if (this.#ended || this.#exited) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#askers.push(resolve)
      this.request(1)
    })
  }

  /** What was taken so far, oldest first. */
  get received(): readonly T[] {
    return this.#received
  }

  /** Whether an item waits to be requested. */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** Whether the stream has ended normally. */
  get ended(): boolean {
    return this.#ended
  }

  /** Whether the run has let the sink go. */
  get exited(): boolean {
    return this.#exited
  }

  override write(item: T): void | Promise<void> {
    if (this.#credit > 0) {
      this.#take(item)
      return
    }
    return new Promise((accept) => {
      this.#held = { item, accept }
    })
  }

  override end(): void {
    this.#ended = true
    this.#release()
  }

  override exit(): void {
    this.#exited = true
    this.#release()
  }

  override result(): readonly T[] {
    return this.#received
  }

  #take(item: T): void {
    this.#credit--
    this.#received.push(item)
    this.#askers.shift()?.(item)
  }

  #release(): void {
    for (const ask of this.#askers.splice(0)) ask(undefined)
  }
}
