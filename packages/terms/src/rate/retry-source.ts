/** `retrySource`: a source that is opened again when it fails. */

import { type Clock, type Context, InvalidOptionError, SourceTerm } from '@millrace/core'
import { Pause } from '@millrace/core/engine'
import { checkMs, checkOptions, checkWhole, synchronous } from '../check.ts'

/** What the function of {@link retrySource} is told. */
export interface Attempt {
  /** How often the source was opened before, from 0. */
  readonly attempt: number
  /** Items that it has given so far, over all attempts: where to go on. */
  readonly given: number
}

/** Options of {@link retrySource}. */
export interface RetryOptions {
  /** Failures in a row, without an item between them, after which the run fails. Default 5. */
  readonly maxFailures?: number
  /** The wait after the first failure, in ms. Default 100. */
  readonly delayMs?: number
  /** By what each further failure in a row multiplies the wait. Default 2. */
  readonly factor?: number
  /** The longest wait, in ms. Default 30,000. */
  readonly maxDelayMs?: number
  /** Whether to go on after this error. Default: always. */
  readonly shouldRetry?: (error: unknown) => boolean
}

/**
 * A source that opens another by `open`, and opens it again after a failure, with waits that grow: exponential back-off.
 * rxjs's `retry`, Pekko's `RestartSource`.
 *
 * `open` is told how many items came so far, so that it can go on behind them; one that begins anew repeats them. It is
 * pulled only while there is room. Waits are on the run's clock and end with the run. Keeps the order.
 *
 * @throws {InvalidOptionError} if `open` is no function or an option is out of range. When it gives up, the run fails
 * with the source's last error as `cause`.
 *
 * @example
 * ```ts
 * import { retrySource, toArray } from 'millrace/terms'
 *
 * const pages = ['a', 'b', 'c']
 * const flaky = retrySource(async function* ({ attempt, given }) {
 *   for (const page of pages.slice(given)) {
 *     if (page === 'b' && attempt === 0) throw new Error('connection lost')
 *     yield page
 *   }
 * }, { delayMs: 1 })
 * console.log(await toArray(flaky)) // [ 'a', 'b', 'c' ]
 * ```
 */
export function retrySource<Item>(
  open: (attempt: Attempt) => Iterable<Item> | AsyncIterable<Item>,
  options: RetryOptions = {},
): SourceTerm<Item> {
  checkOptions('retrySource', options, {
    maxFailures: true,
    delayMs: true,
    factor: true,
    maxDelayMs: true,
    shouldRetry: true,
  })
  const {
    maxFailures = 5,
    delayMs = 100,
    factor = 2,
    maxDelayMs = 30_000,
    shouldRetry = () => true,
  } = options
  if (typeof open !== 'function')
    throw new InvalidOptionError('The function of retrySource()', open, 'a function')
  checkWhole('maxFailures of retrySource()', maxFailures, 1)
  checkMs('delayMs of retrySource()', delayMs)
  checkMs('maxDelayMs of retrySource()', maxDelayMs)
  if (!(Number.isFinite(factor) && factor >= 1)) {
    throw new InvalidOptionError('factor of retrySource()', factor, 'a finite number, at least 1')
  }
  const retries = synchronous('shouldRetry of retrySource', shouldRetry)
  return new RetrySource(open, { maxFailures, delayMs, factor, maxDelayMs, shouldRetry: retries })
}

type Open<Item> = (attempt: Attempt) => Iterable<Item> | AsyncIterable<Item>

class RetrySource<Item> extends SourceTerm<Item> {
  override name = 'retrySource'
  readonly #open: Open<Item>
  readonly #options: Required<RetryOptions>

  constructor(open: Open<Item>, options: Required<RetryOptions>) {
    super()
    this.#open = open
    this.#options = options
  }

  override generate(ctx: Context<unknown, never>): AsyncIterable<Item> {
    return new Retrying(this.#open, this.#options, ctx.clock)
  }
}

/** One run's reading. Not a generator, which could not be ended in the middle of a wait. */
class Retrying<Item> implements AsyncIterableIterator<Item> {
  readonly #open: Open<Item>
  readonly #options: Required<RetryOptions>
  readonly #pause: Pause
  #iterator: Iterator<Item> | AsyncIterator<Item> | undefined
  #attempt = 0
  #given = 0
  /** Failures since the last item. */
  #failures = 0
  #closed = false

  constructor(open: Open<Item>, options: Required<RetryOptions>, clock: Clock) {
    this.#open = open
    this.#options = options
    this.#pause = new Pause(clock)
  }

  async next(): Promise<IteratorResult<Item>> {
    while (!this.#closed) {
      try {
        this.#iterator ??= iteratorOf(this.#open({ attempt: this.#attempt++, given: this.#given }))
        const step = await this.#iterator.next()
        if (step.done === true) break
        if (step.value === undefined) continue
        this.#given++
        this.#failures = 0
        return { done: false, value: step.value }
      } catch (error) {
        this.#iterator = undefined // it has failed, so it must not be told to return
        const { maxFailures, delayMs, factor, maxDelayMs, shouldRetry } = this.#options
        if (++this.#failures >= maxFailures || error instanceof InvalidOptionError || !shouldRetry(error))
          throw error
        await this.#pause.until(Math.min(delayMs * factor ** (this.#failures - 1), maxDelayMs))
      }
    }
    this.#closed = true
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Item>> {
    this.#closed = true
    this.#pause.end()
    await this.#iterator?.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function iteratorOf<Item>(
  opened: Iterable<Item> | AsyncIterable<Item>,
): Iterator<Item> | AsyncIterator<Item> {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = Object(opened) as Partial<
    Iterable<Item> & AsyncIterable<Item>
  >
  if (async !== undefined) return async.call(opened)
  if (sync !== undefined) return sync.call(opened)
  throw new InvalidOptionError(
    'What the function of retrySource() returns',
    opened,
    'an iterable or an async iterable',
  )
}
