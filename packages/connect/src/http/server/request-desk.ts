/**
 * `RequestDesk`: the server of one run. It takes requests up to a bound, hands them to a source, and brings the answers back.
 * Made by `httpServer` and `webhook`, for each run.
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BadInputError, type Clock } from '@millrace/core'
import { turnAway } from './body.ts'
import { decoderOf } from './decode.ts'
import { Exchange, type ExchangeFailure, type ExchangeHost } from './exchange.ts'
import type { HttpCounts, HttpSummary } from './http-summary.ts'
import { Listener } from './listen.ts'
import { encodeReply, type HttpReply, type HttpRequest, headOf } from './messages.ts'
import type { DeskPlan } from './options.ts'

const ENDING = 'The server is about to stop.\n'
const TOO_MANY = 'There are too many requests under way.\n'
/** The last requests that the graph has answered, whose numbers are kept: so a second answer is found. */
const ANSWERED_KEPT = 4096

/** The server of one run. */
export class RequestDesk implements ExchangeHost {
  readonly clock: Clock
  readonly maxBodyBytes: number
  readonly timeoutMs: number
  readonly #plan: DeskPlan
  readonly #decode: (body: Buffer) => unknown
  /** The ids of its requests begin with it: an answer cannot reach a request of another run or server. */
  readonly #token = `${randomBytes(6).toString('base64url')}-`
  readonly #counts: HttpCounts = {
    requests: 0,
    answered: 0,
    refused: 0,
    turnedAway: 0,
    tooLarge: 0,
    timedOut: 0,
    unanswered: 0,
    gone: 0,
  }
  #late = 0
  #next = 0
  /** All that are not closed: never more than `maxRequests`. */
  readonly #underWay = new Set<Exchange>()
  /** Those that wait for the graph, in their order, as items. */
  readonly #queue = new Map<Exchange, HttpRequest<unknown>>()
  /** Those that the source has taken, and that may still be dropped before they enter the graph. */
  readonly #taken = new Map<number, Exchange>()
  /** Those that the graph has, in the order in which it got them. */
  readonly #given = new Map<number, Exchange>()
  /** Those that the graph has answered last. */
  readonly #answered = new Set<number>()
  #wake: (() => void) | undefined
  readonly #onIdle = new Set<() => void>()
  #listener: Listener | undefined
  /** What a function of the user's own has failed with. */
  #failure: { readonly error: unknown } | undefined
  isDraining = false

  private constructor(plan: DeskPlan, clock: Clock) {
    this.#plan = plan
    this.clock = clock
    this.maxBodyBytes = plan.maxBodyBytes
    this.timeoutMs = plan.timeoutMs
    this.#decode = decoderOf(plan.body)
  }

  /** Listens. @throws {CannotListenError} */
  static async open(plan: DeskPlan, clock: Clock): Promise<RequestDesk> {
    const desk = new RequestDesk(plan, clock)
    desk.#listener = await Listener.open(
      plan.listen,
      (request, response) => desk.#onRequest(request, response),
      (error) => desk.#fail(error),
    )
    return desk
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#counts.requests++
    if (this.isDraining || this.#underWay.size >= this.#plan.maxRequests) {
      this.#counts.turnedAway++
      response.on('error', () => undefined)
      turnAway(request, response, encodeReply(this.#unavailable(this.isDraining ? ENDING : TOO_MANY)))
      return
    }
    const exchange = new Exchange(request, response, this)
    this.#underWay.add(exchange)
    exchange.read()
  }

  #unavailable(body: string): HttpReply {
    return { status: 503, headers: { 'retry-after': String(this.#plan.retryAfterSeconds) }, body }
  }

  /** Fails the run: its source asks next, or waits. */
  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#look()
  }

  onRead(exchange: Exchange, body: Buffer): void {
    exchange.move('queued')
    const head = headOf(exchange.request)
    const decoded = this.#decode(body)
    if (head === undefined || decoded === undefined) {
      this.#refuse(exchange, { status: 400, body: 'The request is malformed.\n' })
      return
    }
    // in the order of the queue, so that `passOver` and `answerUpTo` may go by it
    exchange.number = this.#next++
    const item = { id: this.#token + exchange.number, ...head, body: decoded }
    try {
      const refusal = this.#plan.refuse?.(item as never)
      if (refusal === undefined) this.#enqueue(exchange, item)
      else this.#refuse(exchange, refusal)
    } catch (error) {
      // thrown on, it would end the process: what the user's own function fails with fails the run
      if (exchange.isOpen)
        this.#refuse(exchange, { status: 500, body: 'The request could not be looked at.\n' })
      this.#fail(error)
    }
  }

  #enqueue(exchange: Exchange, item: HttpRequest<unknown>): void {
    this.#queue.set(exchange, item)
    this.#look()
  }

  #refuse(exchange: Exchange, reply: HttpReply): void {
    this.#counts.refused++
    exchange.answer(reply)
  }

  onFailed(exchange: Exchange, failure: ExchangeFailure): void {
    this.#counts[failure]++
    this.#queue.delete(exchange)
    this.#taken.delete(exchange.number)
    this.#given.delete(exchange.number)
  }

  onClosed(exchange: Exchange): void {
    this.#underWay.delete(exchange)
    if (this.#underWay.size > 0) return
    for (const tell of this.#onIdle) tell()
    this.#onIdle.clear()
  }

  /** Resolves once all answers are written, each within its own time, or their clients are gone. */
  get idle(): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve()
    return new Promise((resolve) => void this.#onIdle.add(resolve))
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** The requests that wait, up to `maxItems`; waits for one. `undefined` once it is drained. */
  async take(maxItems: number): Promise<HttpRequest<unknown>[] | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.isDraining) return undefined
      if (this.#queue.size > 0) break
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const items: HttpRequest<unknown>[] = []
    for (const [exchange, item] of this.#queue) {
      this.#queue.delete(exchange)
      this.#taken.set(exchange.number, exchange)
      if (items.push(item) === maxItems) break
    }
    return items
  }

  /** A request enters the graph. False if it has ended meanwhile; true for one of an earlier run. */
  admit(id: string): boolean {
    const number = this.#numberOf(id)
    if (number === undefined) return true
    const exchange = this.#taken.get(number)
    if (exchange === undefined) return false
    this.#taken.delete(number)
    exchange.move('given')
    this.#given.set(number, exchange)
    return true
  }

  /** No further request is taken or enters; those that the graph has are still to be answered. */
  drain(): void {
    if (this.isDraining) return
    this.isDraining = true
    this.#look()
    this.#queue.clear()
    this.#taken.clear()
    for (const exchange of this.#underWay) {
      if (!exchange.isOpen || exchange.isGiven) continue
      this.#counts.turnedAway++
      exchange.answer(this.#unavailable(ENDING))
    }
  }

  /**
   * Brings an answer back. One whose request has ended counts as late.
   *
   * @throws {BadInputError} if there never was a request of this id, it has been answered, or the answer cannot be sent.
   */
  answer(id: string, reply: HttpReply): void {
    const number = this.#numberOf(id)
    if (number === undefined) {
      throw new BadInputError(
        `There is no request of the id ${JSON.stringify(id)}: an answer needs the id of its request, from this server and run.`,
      )
    }
    const exchange = this.#given.get(number)
    if (exchange === undefined) {
      if (this.#answered.has(number)) {
        throw new BadInputError(
          `There is a second answer to the request of the id ${JSON.stringify(id)}: its client has got the first one.`,
        )
      }
      this.#late++
      return
    }
    this.#given.delete(number)
    this.#counts.answered++
    this.#keepAnswered(number)
    exchange.answer(reply)
  }

  #keepAnswered(number: number): void {
    this.#answered.add(number)
    if (this.#answered.size <= ANSWERED_KEPT) return
    for (const oldest of this.#answered) {
      this.#answered.delete(oldest)
      return
    }
  }

  /** `undefined` if there never was a request of this id. */
  #numberOf(id: unknown): number | undefined {
    if (typeof id !== 'string' || !id.startsWith(this.#token)) return undefined
    const number = Number(id.slice(this.#token.length))
    // the whole id: an empty text is a number, too
    return number < this.#next && id === this.#token + number ? number : undefined
  }

  /** The graph is done with all that it got before request `id`, or with all. */
  passOver(id?: string): void {
    const number = id === undefined ? this.#next : (this.#numberOf(id) ?? 0)
    for (const [earlier, exchange] of this.#given) {
      // answers of later requests may have come before
      if (earlier >= number) break
      this.#given.delete(earlier)
      this.#counts.unanswered++
      exchange.answer(this.#plan.unanswered)
    }
  }

  /** Answers all requests up to `id` in the same way. One of an earlier run has no request here. */
  answerUpTo(id: unknown, reply: HttpReply): void {
    const number = this.#numberOf(id) ?? -1
    for (const [earlier, exchange] of this.#given) {
      if (earlier > number) break
      this.#given.delete(earlier)
      this.#counts.answered++
      exchange.answer(reply)
    }
  }

  get summary(): HttpSummary {
    return { ...this.#counts, late: this.#late }
  }

  /** Answers what is left, 503, and closes all connections. */
  async close(): Promise<void> {
    this.drain()
    for (const [number, exchange] of this.#given) {
      this.#given.delete(number)
      this.#counts.unanswered++
      exchange.answer(this.#unavailable(ENDING))
    }
    await this.#listener?.close(this.idle)
  }
}
