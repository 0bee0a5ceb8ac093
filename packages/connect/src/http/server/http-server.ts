/** `httpServer`: a server whose requests enter a graph, and whose answers come out of it. */

import { BadInputError, BatchSourceTerm, type Context, kernelTerm, SinkTerm, type Term } from '@millrace/core'
import { checkBoolean, checkOptions } from '@millrace/core/engine'
import type { BodyKind } from './decode.ts'
import type { HttpSummary } from './http-summary.ts'
import type { HttpAnswer, HttpReply, HttpRequest } from './messages.ts'
import { type DeskPlan, deskPlanOf, REQUEST_OPTIONS, type RequestOptions } from './options.ts'
import { RequestDesk } from './request-desk.ts'
import { entryOf, readDesk } from './request-source.ts'

/** Options of {@link httpServer}. */
export interface HttpServerOptions<Body = string> extends RequestOptions<Body> {
  /** How bodies are given: as text, where what is not UTF-8 gets 400, or as bytes. Default `text`. */
  readonly body?: Body extends string ? 'text' : 'bytes'
  /** What a client is told whose request the graph has let go: filtered out, or set aside. Default: 500. */
  readonly unanswered?: HttpReply
  /**
   * Whether answers leave the graph in the order of their requests, as they do unless it has a `merge` or an unordered
   * term. Then a request that was passed over is answered, as `unanswered` says, as soon as a later one is. Default false:
   * it is answered when its time is over, or the run ends.
   */
  readonly inOrder?: boolean
}

/** A server: a source and a sink that belong together. */
export interface HttpServer<Body = string> {
  /** Gives the requests. */
  readonly requests: Term<never, HttpRequest<Body>>
  /** Takes the answers. Its result counts what became of all requests. */
  readonly answers: SinkTerm<HttpAnswer, HttpSummary>
}

/** Requests that enter the graph together at most: what one worker gets at a time. */
const BATCH_REQUESTS = 64

/**
 * A server as both ends of a graph: requests come out of `requests`, and `answers` takes what they are answered with. An
 * answer finds its request by its `id`. Nothing listens before a run begins; both ends stay on the caller's thread, and all
 * between them goes where the strategy has it.
 *
 * Each request is answered exactly once, whatever the graph does: by the graph; with 503 and `Retry-After`, at once, if
 * `maxRequests` are under way; with 413 if its body is too large; with 504 once `timeoutMs` are over; as `unanswered` says,
 * if the graph let it go; with 503 if the run ends before. While the graph is busy, requests wait, `maxRequests` at most, and
 * take `maxBodyBytes` each at most. If a client goes away, its request is left out, or its answer dropped.
 *
 * `stop()` drains: what has entered the graph is answered, all others get 503 with `Retry-After`. It waits until the answers
 * are written, each within its own `timeoutMs`, then all connections are closed; `cancel()` and failures leave two seconds
 * for that. A live source: no checkpoints, since no connection survives its process; see `webhook`.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `CannotListenError` before anything
 * begins if the port is taken, and with a `BadInputError` for an answer without a request, for a second answer to one, and for
 * one that cannot be sent (the client gets 500).
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { httpServer, respond } from 'millrace/connect/http'
 *
 * const server = httpServer({
 *   port: 0,
 *   onListening: async ({ url }) => {
 *     console.log(await (await fetch(`${url}/?n=21`)).json()) // { doubled: 42 }
 *     await running.stop()
 *   },
 * })
 * const double = respond(({ query }) => ({ body: { doubled: 2 * Number(query['n']) } }))
 * const running = run(server.requests.pipe(double, server.answers))
 * const { requests, answered } = (await running.done).result(server.answers)
 * console.log(requests, answered) // 1 1
 * ```
 */
export function httpServer<Body extends string | Uint8Array = string>(
  options: HttpServerOptions<Body>,
): HttpServer<Body> {
  checkOptions('httpServer', options, { ...REQUEST_OPTIONS, unanswered: true, inOrder: true })
  const { unanswered, inOrder = false } = options
  checkBoolean('inOrder of httpServer()', inOrder)
  const plan = deskPlanOf(
    'httpServer',
    options as RequestOptions<never> & { readonly body?: BodyKind },
    unanswered,
  )
  const desks = new Desks(plan)
  return {
    requests: new Requests<Body>(desks).local().pipe(entryOf<Body>((ctx) => desks.of(ctx)?.desk).local()),
    answers: new Answers(desks, inOrder).local(),
  }
}

/** What two ends share in one run. */
interface SharedDesk {
  desk: RequestDesk | undefined
  /** Terms that have been entered and not exited: the last one closes it. */
  users: number
  hasAnswers: boolean
}

/** The desks of a server's runs. */
class Desks {
  readonly #plan: DeskPlan
  readonly #shared = new WeakMap<object, SharedDesk>()

  constructor(plan: DeskPlan) {
    this.#plan = plan
  }

  enter({ run }: Context<unknown, never>): SharedDesk {
    const shared = this.#shared.get(run) ?? { desk: undefined, users: 0, hasAnswers: false }
    shared.users++
    this.#shared.set(run, shared)
    return shared
  }

  async open(ctx: Context<unknown, never>): Promise<void> {
    const shared = this.enter(ctx)
    shared.desk = await RequestDesk.open(this.#plan, ctx.clock)
    // the run was cancelled meanwhile
    if (shared.users === 0) await shared.desk.close()
  }

  of({ run }: Context<unknown, never>): SharedDesk | undefined {
    return this.#shared.get(run)
  }

  async exit({ run }: Context<unknown, never>): Promise<void> {
    const shared = this.#shared.get(run)
    if (shared !== undefined && --shared.users === 0) await shared.desk?.close()
  }
}

class Requests<Body> extends BatchSourceTerm<HttpRequest<Body>> {
  override name = 'requests'
  override readonly live = true
  readonly #desks: Desks

  constructor(desks: Desks) {
    super()
    this.#desks = desks
  }

  override whyNotResumable(): string {
    return (
      'answers clients that wait on a connection, which ends with the process. Take requests with webhook(), which tells ' +
      'clients that they are stored, or leave checkpoints out.'
    )
  }

  override enter(ctx: Context<unknown, never>): Promise<void> {
    return this.#desks.open(ctx)
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly HttpRequest<Body>[]> {
    const { desk, hasAnswers } = this.#desks.of(ctx) ?? {}
    if (desk === undefined || hasAnswers !== true) {
      throw new BadInputError(
        'The graph takes requests of an httpServer() and has not the answers of the same server as a sink: nothing would ' +
          'ever be answered. Pipe answers into server.answers, or take requests with webhook().',
      )
    }
    return readDesk<HttpRequest<Body>>(desk, BATCH_REQUESTS)
  }

  override exit(ctx: Context<unknown, never>): Promise<void> {
    return this.#desks.exit(ctx)
  }
}

class Answers extends SinkTerm<HttpAnswer, HttpSummary> {
  override name = 'answers'
  readonly #desks: Desks
  readonly #inOrder: boolean

  constructor(desks: Desks, inOrder: boolean) {
    super()
    this.#desks = desks
    this.#inOrder = inOrder
  }

  override enter(ctx: Context<unknown, never>): void {
    this.#desks.enter(ctx).hasAnswers = true
  }

  override write(answer: HttpAnswer, ctx: Context<unknown, never>): void {
    const desk = this.#deskOf(ctx)
    desk.answer(answer.id, answer)
    if (this.#inOrder) desk.passOver(answer.id)
  }

  override async result(ctx: Context<unknown, never>): Promise<HttpSummary> {
    const desk = this.#deskOf(ctx)
    // no further answer can come
    desk.drain()
    desk.passOver()
    // here, since clean-up has less time than a slow client may take
    await desk.idle
    return desk.summary
  }

  override exit(ctx: Context<unknown, never>): Promise<void> {
    return this.#desks.exit(ctx)
  }

  #deskOf(ctx: Context<unknown, never>): RequestDesk {
    const desk = this.#desks.of(ctx)?.desk
    if (desk !== undefined) return desk
    throw new BadInputError(
      'The graph has the answers of an httpServer() and not the requests of the same server: there is nothing to answer.',
    )
  }
}

/**
 * A term that makes an answer of each request: what `f` returns, with the request's `id`; 204 for `undefined`. Runs on
 * workers where there are any. `f` may return a promise; then one request after the other is answered: for several at
 * once, call `mapAsync` and take the `id` along.
 *
 * What fails fails the run, unless `onFailure` says what to answer.
 *
 * @example
 * ```ts
 * import { respond } from 'millrace/connect/http'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * const double = respond<{ id: string; body: string }>(({ body }) => ({ body: { doubled: 2 * Number(body) } }))
 * const answers = fromIterable([{ id: 'a', body: '21' }]).pipe(double)
 * console.log(await toArray(answers)) // [ { body: { doubled: 42 }, id: 'a' } ]
 * ```
 */
export function respond<Request extends { readonly id: string } = HttpRequest>(
  f: (request: Request) => HttpReply | undefined | Promise<HttpReply | undefined>,
) {
  const answerOf = ({ id }: Request, reply: HttpReply | undefined): HttpAnswer =>
    reply === undefined ? { id, status: 204 } : { ...reply, id }
  return kernelTerm<Request, HttpAnswer>('respond', {
    kind: 'map',
    f: (request: Request) => {
      const reply = f(request)
      return reply instanceof Promise
        ? reply.then((later) => answerOf(request, later))
        : answerOf(request, reply)
    },
  })
}
