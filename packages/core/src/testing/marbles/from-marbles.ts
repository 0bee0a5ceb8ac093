/** `fromMarbles`: a source that gives what a text of marbles says. For tests. */

import type { Clock, Context } from '../../contracts.ts'
import { SourceTerm } from '../../term/source-term.ts'
import { type MarbleEvent, type MarbleOptions, parseMarbles } from './parse-marbles.ts'

/**
 * A source that gives items, ends and fails when a text of marbles says so, on the clock of the run. How marbles are
 * written is said at {@link parseMarbles}.
 *
 * An item that there is no room for waits, and comes late. A text without an end keeps the stream open.
 *
 * @throws {InvalidOptionError} if the text cannot be read.
 *
 * @example
 * ```ts
 * import { map } from 'millrace/terms'
 * import { expectMarbles, fromMarbles } from 'millrace/testing'
 *
 * const doubled = fromMarbles('-a-b|', { values: { a: 1, b: 2 } }).pipe(map((n) => 2 * n))
 * await expectMarbles(doubled, '-x-y|', { values: { x: 2, y: 4 } })
 * ```
 */
export function fromMarbles<Item = string>(
  text: string,
  options: MarbleOptions<Item> = {},
): SourceTerm<Item> {
  return new FromMarbles(parseMarbles(text, options).events)
}

class FromMarbles<Item> extends SourceTerm<Item> {
  override name = 'fromMarbles'
  readonly #events: readonly MarbleEvent<Item>[]

  constructor(events: readonly MarbleEvent<Item>[]) {
    super()
    this.#events = events
  }

  override generate({ clock }: Context<unknown, never>): AsyncIterable<Item> {
    return { [Symbol.asyncIterator]: () => iterate(this.#events, clock) }
  }
}

/** When a stream without an end would end: later than any run. */
const NEVER_MS = Number.MAX_SAFE_INTEGER

/** No generator: that could not be let go while it waits. */
function iterate<Item>(events: readonly MarbleEvent<Item>[], clock: Clock): AsyncIterator<Item> {
  const beginMs = clock.monotonic()
  let next = 0
  let letGo: (() => void) | undefined
  return {
    async next() {
      const event = events[next++]
      // an open stream, too, waits for the clock: nothing else will go on with it
      const waitMs = (event === undefined ? NEVER_MS : beginMs + event.atMs) - clock.monotonic()
      if (waitMs > 0) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(waitMs, resolve)
          letGo = () => {
            cancel()
            next = events.length
            resolve()
          }
        })
      }
      if (event === undefined || event.kind === 'end') return { done: true, value: undefined }
      if (event.kind === 'error') throw event.error
      return { done: false, value: event.item }
    },
    async return() {
      letGo?.()
      return { done: true, value: undefined }
    },
  }
}
