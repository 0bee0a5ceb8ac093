/** `SourceProbe`: a source that gives what a test tells it to, and shows what the engine asks of it. */

import { WrongStateError } from '../errors.ts'
import { SourceTerm } from '../term/source-term.ts'

type Signal<T> =
  | { readonly kind: 'item'; readonly item: T }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown }

interface Asker<T> {
  readonly resolve: (result: IteratorResult<T>) => void
  readonly reject: (error: unknown) => void
}

/**
 * A source under a test's control. Items that nobody has asked for yet wait in the probe. For one run.
 *
 * @example
 * ```ts
 * import { run } from '@millrace/core'
 * import { SinkProbe, SourceProbe } from '@millrace/core/testing'
 *
 * const source = new SourceProbe<string>()
 * const sink = new SinkProbe<string>()
 * const { done } = run(source.pipe(sink))
 * source.send('a', 'b')
 * source.end()
 * console.log(await sink.next(), await sink.next(), await sink.next()) // a b undefined
 * await done
 * ```
 */
export class SourceProbe<T> extends SourceTerm<T> {
  readonly #signals: Signal<T>[] = []
  readonly #askers: Asker<T>[] = []
  #asked = 0
  #given = 0
  #opened = false
  #ended = false
  #closed = false

  constructor(name = 'SourceProbe') {
    super()
    this.name = name
  }

  /** Gives items, as far as they are asked for; the others wait. */
  send(...items: readonly T[]): this {
    return this.#signal(...items.map((item) => ({ kind: 'item' as const, item })))
  }

  /** Ends the stream after what was sent. Idempotent: the engine, too, calls it at the end. */
  override end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#signal({ kind: 'end' })
  }

  /** Lets the source fail after what was sent. */
  fail(error: unknown): this {
    return this.#signal({ kind: 'error', error })
  }

  /** How many items the engine has asked for and not got. */
  get demand(): number {
    return this.#askers.length
  }

  /** How many items the engine has asked for in all. */
  get asked(): number {
    return this.#asked
  }

  /** How many items the engine has got. */
  get given(): number {
    return this.#given
  }

  /** Whether the engine has let the source go: it stopped, or nobody needs more. */
  get closed(): boolean {
    return this.#closed
  }

  override generate(): AsyncIterable<T> {
    if (this.#opened) throw new WrongStateError(`Probe "${this.name}" is for one run only.`)
    this.#opened = true
    const iterator: AsyncIterator<T> = {
      next: () =>
        new Promise((resolve, reject) => {
          this.#asked++
          this.#askers.push({ resolve, reject })
          this.#serve()
        }),
      return: () => {
        this.#closed = true
        this.#serve()
        return Promise.resolve({ done: true, value: undefined })
      },
    }
    return { [Symbol.asyncIterator]: () => iterator }
  }

  #signal(...signals: readonly Signal<T>[]): this {
    this.#signals.push(...signals)
    this.#serve()
    return this
  }

  #serve(): void {
    while (this.#askers.length > 0) {
      const [signal] = this.#signals
      if (!this.#closed && signal === undefined) return
      const { resolve, reject } = this.#askers.shift() as Asker<T>
      if (this.#closed || signal === undefined || signal.kind === 'end')
        resolve({ done: true, value: undefined })
      else {
        this.#signals.shift()
        if (signal.kind === 'error') reject(signal.error)
        else {
          this.#given++
          resolve({ done: false, value: signal.item })
        }
      }
    }
  }
}
