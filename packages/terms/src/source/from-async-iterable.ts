/** `fromAsyncIterable`: a source of what an async iterable or an async generator function gives. */

import { InvalidOptionError, SourceTerm } from '@millrace/core'
import { opener } from './reopen.ts'

/**
 * A source of the items of an async iterable, or of what a function returns each time a run begins.
 *
 * It is pulled one `next` at a time, and only while there is room downstream; it is closed (`return`) when
 * nobody needs more. Give the function that makes it, not the generator itself, if the term is to run more
 * than once. For Node and web streams `fromReadable` is faster and keeps their errors. Keeps the order.
 *
 * @throws {InvalidOptionError} if `iterable` is neither async iterable nor a function. Running an iterator a
 * second time fails with a `WrongStateError`.
 *
 * @example
 * ```ts
 * import { fromAsyncIterable, toArray } from 'millrace/terms'
 *
 * async function* pages() {
 *   for (const page of ['one', 'two']) yield page
 * }
 * console.log(await toArray(fromAsyncIterable(pages))) // [ 'one', 'two' ]
 * ```
 */
export function fromAsyncIterable<Item>(
  iterable: AsyncIterable<Item> | (() => AsyncIterable<Item>),
): SourceTerm<Item> {
  if (typeof iterable !== 'function' && !isAsyncIterable(iterable)) {
    throw new InvalidOptionError(
      'The argument of fromAsyncIterable()',
      iterable,
      'an async iterable, or a function (fromIterable() takes what is not async)',
    )
  }
  return new FromAsyncIterable(iterable)
}

class FromAsyncIterable<Item> extends SourceTerm<Item> {
  override name = 'fromAsyncIterable'
  readonly #open: () => AsyncIterable<Item>

  constructor(iterable: AsyncIterable<Item> | (() => AsyncIterable<Item>)) {
    super()
    this.#open = opener('fromAsyncIterable', iterable)
  }

  override generate(): AsyncIterable<Item> {
    const opened = this.#open()
    if (!isAsyncIterable(opened)) {
      throw new InvalidOptionError(
        'What the function of fromAsyncIterable() returns',
        opened,
        'an async iterable',
      )
    }
    return opened
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  )
}
