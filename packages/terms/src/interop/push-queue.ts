/**
 * `PushQueue`: what comes from a producer that cannot be held back, read by one who pulls. Used by `fromEvents` and
 * `fromObservable`. It never holds more than its capacity: the policy says what happens then.
 */

import { BadInputError, InvalidOptionError } from '@millrace/core'
import { checkWhole } from '../check.ts'

/**
 * What becomes of an item that comes when the queue is full: the oldest held goes, or the new one does, or only the
 * newest is kept at all, or the run fails.
 */
export type PushOverflow = 'dropOldest' | 'dropNewest' | 'latest' | 'fail'

/** Options of sources that are pushed to. */
export interface PushOptions {
  /** What happens when items come faster than they are read. There is no default: something must give. */
  readonly overflow: PushOverflow
  /** Items held at most. Default 1,024; 1 for `latest`. */
  readonly capacity?: number
}

const POLICIES: readonly unknown[] = ['dropOldest', 'dropNewest', 'latest', 'fail']

/** @throws {InvalidOptionError} if `overflow` is missing or unknown, or `capacity` is out of range. */
export function checkPushOptions(owner: string, options: PushOptions): Required<PushOptions> {
  const { overflow, capacity = 1024 } = (options ?? {}) as PushOptions
  if (!POLICIES.includes(overflow)) {
    throw new InvalidOptionError(
      `overflow of ${owner}()`,
      overflow,
      'chosen: "dropOldest", "dropNewest", "latest" or "fail"',
    )
  }
  checkWhole(`capacity of ${owner}()`, capacity, 1)
  return { overflow, capacity: overflow === 'latest' ? 1 : capacity }
}

/** Holds items between a producer that pushes and a reader that pulls. */
export class PushQueue<Item> implements AsyncIterableIterator<Item> {
  readonly #owner: string
  readonly #options: Required<PushOptions>
  readonly #release: () => void
  #items: Item[] = []
  /** Items before this index are gone. */
  #at = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  /** `release` is called once, when nobody needs more or nothing follows. */
  constructor(owner: string, options: Required<PushOptions>, release: () => void) {
    this.#owner = owner
    this.#options = options
    this.#release = release
  }

  /** Takes an item in; `undefined` is none. */
  push(item: Item | undefined): void {
    if (item === undefined || this.#ended) return
    const { overflow, capacity } = this.#options
    if (this.#items.length - this.#at >= capacity) {
      if (overflow === 'dropNewest') return
      if (overflow === 'fail') {
        this.fail(
          new BadInputError(
            `${this.#owner}() holds ${capacity} items already and its overflow policy is "fail". ` +
              'Raise capacity, or choose one of the policies that drop.',
          ),
        )
        return
      }
      this.#shift()
    }
    this.#items.push(item)
    this.#look()
  }

  /** Nothing follows; what is held can still be read. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#release()
    this.#look()
  }

  /** As `end`, and the reader fails after what is held. */
  fail(error: unknown): void {
    if (this.#ended) return
    this.#failure = { error }
    this.end()
  }

  #shift(): Item | undefined {
    if (this.#at >= this.#items.length) return undefined
    const item = this.#items[this.#at] as Item
    this.#items[this.#at++] = undefined as never
    // cut off what is gone only now and then: each time would cost a copy of the rest
    if (this.#at > 64 && this.#at * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#at)
      this.#at = 0
    }
    return item
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  async next(): Promise<IteratorResult<Item>> {
    for (;;) {
      const item = this.#shift()
      if (item !== undefined) return { done: false, value: item }
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async return(): Promise<IteratorResult<Item>> {
    this.end()
    this.#items = []
    this.#at = 0
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
