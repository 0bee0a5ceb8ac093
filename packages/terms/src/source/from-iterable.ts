/** `fromIterable`: a source of what an array, an iterable or a generator function gives. */

import { InvalidOptionError, SourceTerm, type WholeOf } from '@millrace/core'
import { isThenable } from '@millrace/core/engine'
import { synchronous } from '../check.ts'
import { opener } from './reopen.ts'

/**
 * A source of the items of an array, an iterable, or of what a function returns each time a run begins.
 *
 * An array is handed over as it is and must not change meanwhile. An iterable is pulled only while there is
 * room downstream, so it may be endless, and is closed (`return`) when nobody needs more. Items stay as they
 * are unless there is a `formatter`: then each passes through it, with {@link asRecord} as LogicSponge does
 * it. Give the function that makes it, not the generator itself, if the term is to run more than once. Lists, texts, sets
 * and maps can be gone on with from a checkpoint; a function that gives the same items each time says so with
 * `replays()`. Keeps the order.
 *
 * @throws {InvalidOptionError} if `iterable` is neither iterable nor a function. Running an iterator a second
 * time fails with a `WrongStateError`.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * function* countdown() {
 *   for (let n = 3; n > 0; n--) yield n
 * }
 * console.log(await toArray(fromIterable(countdown))) // [ 3, 2, 1 ]
 * console.log(await toArray(fromIterable('abc', (letter) => letter.toUpperCase()))) // [ 'A', 'B', 'C' ]
 * ```
 */
export function fromIterable<Item>(iterable: Iterable<Item> | (() => Iterable<Item>)): SourceTerm<Item>
export function fromIterable<Item, Out>(
  iterable: Iterable<Item> | (() => Iterable<Item>),
  formatter: (item: Item) => Out,
): SourceTerm<Out>
export function fromIterable<Item>(
  iterable: Iterable<Item> | (() => Iterable<Item>),
  formatter?: (item: Item) => unknown,
): SourceTerm<unknown> {
  if (typeof iterable !== 'function' && !isIterable(iterable)) {
    throw new InvalidOptionError(
      'The argument of fromIterable()',
      iterable,
      allowed('an iterable, or a function', iterable),
    )
  }
  const format = formatter === undefined ? undefined : synchronous('fromIterable', formatter)
  return new FromIterable(iterable, format)
}

class FromIterable<Item> extends SourceTerm<unknown> {
  override name = 'fromIterable'
  override readonly replayable: boolean
  readonly #open: () => Iterable<Item>
  readonly #formatter: ((item: Item) => unknown) | undefined
  readonly #total: number | undefined

  constructor(
    iterable: Iterable<Item> | (() => Iterable<Item>),
    formatter: ((item: Item) => unknown) | undefined,
  ) {
    super()
    // of an iterator, and of what a function makes, nobody knows
    this.replayable = typeof iterable !== 'function' && !('next' in Object(iterable))
    this.#total = sizeOf(iterable)
    this.#open = opener('fromIterable', iterable)
    this.#formatter = formatter
  }

  override progress(): WholeOf | undefined {
    return this.#total === undefined ? undefined : { total: this.#total, unit: 'items' }
  }

  override generate(): Iterable<unknown> {
    const opened = this.#open()
    if (!isIterable(opened)) {
      const what = 'What the function of fromIterable() returns'
      throw new InvalidOptionError(what, opened, allowed('an iterable', opened))
    }
    return this.#formatter === undefined ? opened : format(opened, this.#formatter)
  }
}

/** How many items there are, of what knows that. */
function sizeOf(iterable: unknown): number | undefined {
  if (Array.isArray(iterable) || ArrayBuffer.isView(iterable)) return (iterable as { length?: number }).length
  return iterable instanceof Set || iterable instanceof Map ? iterable.size : undefined
}

function* format<Item>(items: Iterable<Item>, formatter: (item: Item) => unknown): Iterable<unknown> {
  for (const item of items) yield formatter(item)
}

/** What is allowed, and where what comes later is to go. */
function allowed(what: string, seen: unknown): string {
  const isAsync = typeof Object(seen)[Symbol.asyncIterator] === 'function'
  if (isAsync) return `${what} (fromAsyncIterable() takes what gives its items later)`
  return isThenable(seen)
    ? `${what} (await the promise, or use fromAsyncIterable() with an async generator)`
    : what
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return value !== null && value !== undefined && typeof Object(value)[Symbol.iterator] === 'function'
}
