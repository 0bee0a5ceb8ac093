/** `toReadable` and `toWebStream`: the output of a run, or any async iterable, as a stream. */

import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { InvalidOptionError } from '@millrace/core'

/**
 * A Node `Readable` in object mode of the items of an async iterable, such as `run(term).output()`.
 *
 * It reads one item ahead, so a stream that is not read holds the graph back. Destroying it lets the iterable go, and
 * with it the run's writers. A failure of the run destroys it with that error. `null` cannot be an item: it is how Node
 * ends a stream, so it fails.
 *
 * @throws {InvalidOptionError} if `iterable` is no async iterable.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map, toReadable } from 'millrace/terms'
 *
 * const texts = run(fromIterable([1, 2]).pipe(map((n) => `line ${n}`)))
 * for await (const text of toReadable(texts.output())) console.log(text)
 * // line 1
 * // line 2
 * ```
 */
export function toReadable(iterable: AsyncIterable<unknown>): Readable {
  checkAsyncIterable('toReadable', iterable)
  return Readable.from(iterable, { objectMode: true, highWaterMark: 1 })
}

/**
 * A web `ReadableStream` of the items of an async iterable, such as `run(term).output()`.
 *
 * It is pulled one item at a time, so a stream that is not read holds the graph back. Cancelling it lets the iterable
 * go, and with it the run's writers. A failure of the run becomes the stream's error.
 *
 * @throws {InvalidOptionError} if `iterable` is no async iterable.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, toWebStream } from 'millrace/terms'
 *
 * const reader = toWebStream(run(fromIterable(['to be', 'or not'])).output()).getReader()
 * console.log((await reader.read()).value) // to be
 * await reader.cancel()
 * ```
 */
export function toWebStream<Item>(iterable: AsyncIterable<Item>): ReadableStream<Item> {
  checkAsyncIterable('toWebStream', iterable)
  const iterator = iterable[Symbol.asyncIterator]()
  return new ReadableStream<Item>(
    {
      async pull(controller) {
        const step = await iterator.next()
        if (step.done === true) controller.close()
        else controller.enqueue(step.value)
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

function checkAsyncIterable(owner: string, value: unknown): void {
  if (typeof Object(value)[Symbol.asyncIterator] !== 'function') {
    throw new InvalidOptionError(`The argument of ${owner}()`, value, 'an async iterable')
  }
}
