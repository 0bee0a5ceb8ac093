/** `fromObservable`: a source of what an rxjs observable gives. */

import { InvalidOptionError, SourceTerm } from '@millrace/core'
import type { Observable } from 'rxjs'
import { checkPushOptions, type PushOptions, PushQueue } from '../interop/push-queue.ts'

/**
 * A source of what an observable gives, or the one that a function returns each time a run begins.
 *
 * An observable cannot be held back: what comes before it is read waits, `capacity` items at most, and `overflow`,
 * which must be chosen, says what becomes of more. It is subscribed to when the run begins to read, and unsubscribed
 * from when the run stops, fails or needs no more. Its error ends the run with a `TermError` whose `cause` is the
 * original. `undefined` is no item. Keeps the order.
 *
 * @throws {InvalidOptionError} if `observable` cannot be subscribed to, `overflow` is not chosen, or `capacity` is out
 * of range. With `fail`, the run fails with a `BadInputError` when the capacity is reached.
 *
 * @example
 * ```ts
 * import { toArray } from 'millrace/terms'
 * import { fromObservable } from 'millrace/rx'
 * import { range } from 'rxjs'
 *
 * console.log(await toArray(fromObservable(range(1, 5), { overflow: 'fail' }))) // [ 1, 2, 3, 4, 5 ]
 * console.log(await toArray(fromObservable(range(1, 5), { overflow: 'latest' }))) // [ 5 ]
 * ```
 */
export function fromObservable<Item>(
  observable: Observable<Item> | (() => Observable<Item>),
  options: PushOptions,
): SourceTerm<Item> {
  const checked = checkPushOptions('fromObservable', options)
  if (typeof observable !== 'function') checkObservable('The argument of fromObservable()', observable)
  return new FromObservable(observable, checked).local()
}

class FromObservable<Item> extends SourceTerm<Item> {
  override name = 'fromObservable'
  readonly #origin: Observable<Item> | (() => Observable<Item>)
  readonly #options: Required<PushOptions>

  constructor(origin: Observable<Item> | (() => Observable<Item>), options: Required<PushOptions>) {
    super()
    this.#origin = origin
    this.#options = options
  }

  override generate(): AsyncIterable<Item> {
    const origin = this.#origin
    const observable = typeof origin === 'function' ? origin() : origin
    checkObservable('What the function of fromObservable() returns', observable)
    let stop: (() => void) | undefined
    let isOver = false
    const queue = new PushQueue<Item>('fromObservable', this.#options, () => {
      isOver = true
      stop?.()
    })
    const subscription = observable.subscribe({
      next: (item) => queue.push(item),
      error: (error: unknown) => queue.fail(error),
      complete: () => queue.end(),
    })
    stop = () => subscription.unsubscribe()
    if (isOver) stop() // it was over before it had given its subscription
    return queue
  }
}

function checkObservable(what: string, value: unknown): void {
  const { subscribe } = Object(value) as { readonly subscribe?: unknown }
  if (typeof subscribe !== 'function') throw new InvalidOptionError(what, value, 'an observable')
}
