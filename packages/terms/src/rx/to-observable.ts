/** `toObservable`: the output of a run, or any async iterable, as an rxjs observable. */

import { InvalidOptionError } from '@millrace/core'
import { Observable } from 'rxjs'

/**
 * An observable of the items of an async iterable, such as `run(term).output()`.
 *
 * The iterable is read one item at a time, each after the subscriber has dealt with the one before it, so a subscriber
 * that works synchronously holds the graph back. Unsubscribing lets the iterable go, and with it the run's writers. A
 * failure of the run becomes the observable's error. An output can be read once: a second subscriber of the same one
 * shares its items with the first.
 *
 * @throws {InvalidOptionError} if `iterable` is no async iterable.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 * import { toObservable } from 'millrace/rx'
 * import { firstValueFrom, toArray } from 'rxjs'
 *
 * const squares = run(fromIterable([1, 2, 3]).pipe(map((n) => n * n)))
 * console.log(await firstValueFrom(toObservable(squares.output()).pipe(toArray()))) // [ 1, 4, 9 ]
 * ```
 */
export function toObservable<Item>(iterable: AsyncIterable<Item>): Observable<Item> {
  if (typeof Object(iterable)[Symbol.asyncIterator] !== 'function') {
    throw new InvalidOptionError('The argument of toObservable()', iterable, 'an async iterable')
  }
  return new Observable((subscriber) => {
    const iterator = iterable[Symbol.asyncIterator]()
    const read = async (): Promise<void> => {
      try {
        while (!subscriber.closed) {
          const step = await iterator.next()
          if (step.done === true) return subscriber.complete()
          subscriber.next(step.value)
        }
      } catch (error) {
        subscriber.error(error)
      }
    }
    void read()
    return () => {
      // it may be in the middle of a `next`, which then resolves with the end
      iterator.return?.().catch(() => undefined)
    }
  })
}
