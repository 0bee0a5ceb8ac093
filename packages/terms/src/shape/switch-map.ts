/** `switchMap`: the stream that the newest item leads to. */

import type { StreamContext, StreamTerm } from '@millrace/core'
import { checkFunction } from '../check.ts'
import { type Arrivals, ReactiveTerm } from '../rate/arrivals.ts'

/**
 * Calls `f` with each item and passes on the items of what it returns, until the next item comes: then the inner stream
 * is let go (`return`) and the next takes its place. rxjs's `switchMap`.
 *
 * An array or another sync iterable is passed on whole; of an async iterable, what is there before the next item is
 * read. So it depends on time how much of an inner stream is passed on. The term ends when the last inner stream has.
 * What is open is no plain data, so the term stays on the caller's thread. An inner stream is read only while there is
 * room, one item at a time.
 *
 * @throws {InvalidOptionError} if `f` is no function.
 *
 * @example
 * ```ts
 * import { fromIterable, switchMap, toArray } from 'millrace/terms'
 *
 * async function* results(query: string) {
 *   for (let page = 1; page <= 2; page++) yield `${query} ${page}`
 * }
 * console.log(await toArray(fromIterable(['mill']).pipe(switchMap(results)))) // [ 'mill 1', 'mill 2' ]
 * ```
 */
export function switchMap<In, Out>(f: (item: In) => Iterable<Out> | AsyncIterable<Out>): StreamTerm<In, Out> {
  checkFunction('switchMap', f)
  return new SwitchMap(f).local()
}

class SwitchMap<In, Out> extends ReactiveTerm<In, Out> {
  override name = 'switchMap'
  readonly #f: (item: In) => Iterable<Out> | AsyncIterable<Out>

  constructor(f: (item: In) => Iterable<Out> | AsyncIterable<Out>) {
    super()
    this.#f = f
  }

  protected override async react(arrivals: Arrivals<In>, ctx: StreamContext<unknown, Out>): Promise<void> {
    let inner: Inner<Out> | undefined
    let ended = false
    try {
      for (;;) {
        if (inner === undefined && ended) return
        inner?.ask()
        const arrival = ended ? await arrivals.rest() : await arrivals.next()
        if (arrival === 'end') ended = true
        else if (arrival === 'item') {
          inner?.close()
          inner = undefined
          const opened = this.#f(arrivals.take())
          if (Symbol.asyncIterator in Object(opened)) {
            inner = new Inner((opened as AsyncIterable<Out>)[Symbol.asyncIterator](), () => arrivals.rouse())
          } else for (const item of opened as Iterable<Out>) await ctx.emit(item)
        }
        const step = inner?.take()
        if (step?.done === true) inner = undefined
        else if (step !== undefined) await ctx.emit(step.value)
      }
    } finally {
      inner?.close()
    }
  }
}

/** An inner stream, read one item at a time. */
class Inner<Out> {
  readonly #iterator: AsyncIterator<Out>
  readonly #rouse: () => void
  #asking = false
  #step: IteratorResult<Out> | undefined
  #failure: { readonly error: unknown } | undefined
  #isOver = false

  constructor(iterator: AsyncIterator<Out>, rouse: () => void) {
    this.#iterator = iterator
    this.#rouse = rouse
  }

  /** Asks for the next item, unless it was asked for. */
  ask(): void {
    if (this.#asking || this.#step !== undefined) return
    this.#asking = true
    this.#iterator.next().then(
      (step) => {
        this.#asking = false
        this.#step = step
        this.#isOver ||= step.done === true
        this.#rouse()
      },
      (error: unknown) => {
        this.#isOver = true
        this.#failure = { error }
        this.#rouse()
      },
    )
  }

  /** What has come, if anything has. */
  take(): IteratorResult<Out> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    const step = this.#step
    this.#step = undefined
    return step
  }

  /** Lets it go. One in the middle of a `next` cleans up when that settles. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#iterator.return?.().catch(() => undefined)
  }
}
