/** `fetchEach`: a request per item. */

import { type Awaitable, BadInputError, type Context, FunctionTerm, InvalidOptionError } from '@millrace/core'
import { longTimer } from '@millrace/core/engine'
import { checkBoolean, checkFunction, checkMs, checkOptions, checkWhole } from '../check.ts'
import { checkWellFormed } from '../format/well-formed.ts'

/** What to fetch: an address, or one with the options of `fetch`. */
export type FetchTarget = string | URL | readonly [address: string | URL, init: RequestInit]

/** Options of {@link fetchEach}. */
export interface FetchEachOptions<In, Out> {
  /** What to make of a response. Default: its text; a status outside of 200 to 299 fails the run. */
  readonly read?: (response: Response, item: In) => Awaitable<Out | undefined>
  /** Requests under way at most. Default 8. */
  readonly concurrency?: number
  /** Whether results leave in the order of their items. Default true. */
  readonly ordered?: boolean
  /** How long one request may take, with its body, in ms of real time. Default 30,000. */
  readonly timeoutMs?: number
}

/**
 * Sends a request for each item with the global `fetch`, and gives what `read` makes of the response.
 *
 * Up to `concurrency` requests are under way, and none is begun while the output is full. A response's body is read or
 * let go before the next. `undefined` from `read` filters the item out. On cancel, and when nobody needs more, requests
 * under way are aborted. With `ordered`, one slow request holds back those behind it. No state.
 *
 * @throws {InvalidOptionError} if `target` is no function or an option is out of range. The run fails with the cause of
 * a request that fails, with a `BadInputError` for a status that is not good, or with a `TimeoutError`.
 *
 * @example
 * ```ts
 * import { fetchEach, fromIterable, toArray } from 'millrace/terms'
 *
 * const address = (text: string) => `data:text/plain,${text}`
 * console.log(await toArray(fromIterable(['to', 'be']).pipe(fetchEach(address)))) // [ 'to', 'be' ]
 * ```
 */
export function fetchEach<In, Out = string>(
  target: (item: In) => FetchTarget,
  options: FetchEachOptions<In, Out> = {},
): FunctionTerm<In, Out> {
  checkOptions('fetchEach', options, { read: true, concurrency: true, ordered: true, timeoutMs: true })
  const { read = textOf, concurrency = 8, ordered = true, timeoutMs = 30_000 } = options
  checkFunction('fetchEach', target)
  checkFunction('read of fetchEach', read)
  checkWhole('concurrency of fetchEach()', concurrency, 1)
  checkBoolean('ordered of fetchEach()', ordered)
  checkMs('timeoutMs of fetchEach()', timeoutMs)
  const settings = { read, concurrency, ordered, timeoutMs }
  return new FetchEach<In, Out>(target, settings as Required<FetchEachOptions<In, Out>>)
}

class FetchEach<In, Out> extends FunctionTerm<In, Out> {
  override name = 'fetchEach'
  override readonly concurrency: number
  override readonly ordered: boolean
  readonly #target: (item: In) => FetchTarget
  readonly #read: (response: Response, item: In) => Awaitable<Out | undefined>
  readonly #timeoutMs: number
  /** Calls have contexts of their own, so what belongs to which run is not known: see `exit`. */
  readonly #underWay = new Set<AbortController>()
  #runs = 0

  constructor(target: (item: In) => FetchTarget, options: Required<FetchEachOptions<In, Out>>) {
    super()
    this.#target = target
    this.#read = options.read
    this.concurrency = options.concurrency
    this.ordered = options.ordered
    this.#timeoutMs = options.timeoutMs
  }

  override enter(): void {
    this.#runs++
  }

  override async f(item: In, ctx: Context<unknown, Out>): Promise<Out | undefined> {
    const target = this.#target(item)
    const [address, init] = Array.isArray(target) ? (target as [string | URL, RequestInit]) : [target, {}]
    if (typeof address !== 'string' && !(address instanceof URL)) {
      throw new InvalidOptionError('What the function of fetchEach() returns', address, 'an address')
    }
    for (const text of [address, init.body]) {
      if (typeof text === 'string') checkWellFormed('A request of fetchEach()', text)
    }
    const controller = new AbortController()
    this.#underWay.add(controller)
    const late = (): void => controller.abort(new DOMException('The request took too long.', 'TimeoutError'))
    // not AbortSignal.timeout(): Node's timers overflow after 24.8 days
    const cancelTimer = longTimer(this.#timeoutMs, late, false)
    const signals = [controller.signal, ctx.signal]
    if (init.signal) signals.push(init.signal)
    try {
      const response = await fetch(address, { ...init, signal: AbortSignal.any(signals) })
      try {
        return await this.#read(response, item)
      } finally {
        // a body that nobody reads would hold its connection
        if (!response.bodyUsed) await response.body?.cancel()
      }
    } finally {
      cancelTimer()
      this.#underWay.delete(controller)
    }
  }

  // a run that ended because nobody needs more aborts no signal; with others under way, its requests run to their end
  override exit(): void {
    if (--this.#runs > 0) return
    for (const controller of this.#underWay) controller.abort()
  }
}

async function textOf(response: Response): Promise<string> {
  if (!response.ok) {
    throw new BadInputError(
      `${response.url} answered ${response.status} ${response.statusText}. Give fetchEach() a read that deals with it.`,
    )
  }
  return response.text()
}
