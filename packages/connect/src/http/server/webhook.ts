/** `webhook`: a source of what others post. */

import { BatchSourceTerm, type Context, InvalidOptionError, type Term } from '@millrace/core'
import { checkOptions } from '@millrace/core/engine'
import type { BodyKind } from './decode.ts'
import type { HttpReply, HttpRequest } from './messages.ts'
import { type DeskPlan, deskPlanOf, REQUEST_OPTIONS, type RequestOptions } from './options.ts'
import { RequestDesk } from './request-desk.ts'
import { entryOf, readDesk } from './request-source.ts'

/** Options of {@link webhook}. */
export interface WebhookOptions<Body = string> extends RequestOptions<Body> {
  /** How bodies are given: as text, where what is not UTF-8 gets 400, or as bytes. Default `text`. */
  readonly body?: Body extends string ? 'text' : 'bytes'
  /** The path; others get 404. Default: any. */
  readonly path?: string
  /**
   * When the sender is told 202: `taken`, as soon as the request is in the graph, or `stored`, once the run has taken charge
   * of it: with checkpoints, once one is stored that holds it. Default `taken`.
   */
  readonly answer?: 'taken' | 'stored'
}

const ACCEPTED: HttpReply = { status: 202, body: 'Accepted.\n' }
const WRONG_METHOD: HttpReply = {
  status: 405,
  headers: { allow: 'POST' },
  body: 'Only POST is taken here.\n',
}
const WRONG_PATH: HttpReply = { status: 404, body: 'There is nothing here.\n' }

/**
 * A source of what others post to this process. Senders get 202, or 503 with `Retry-After` at once while `maxRequests` are
 * under way; those that stop sending when they get 503 are the back pressure.
 *
 * With `answer: 'stored'` and checkpoints, at least once: a sender is told 202 once a checkpoint holds its request. If the
 * process dies before, the sender's connection breaks, and it posts again, as senders of webhooks do; that may come twice, so
 * give requests an id and put `deduplicate` behind, or write idempotently. Set `timeoutMs` above the time between two
 * checkpoints, and `maxRequests` to what may come meanwhile. Otherwise at most once: what the sender was told 202 for and
 * was under way when the process died is lost. A run that is stopped tells 503 to those that no checkpoint holds.
 *
 * Where JSON comes, parse it in a `map` behind, with `onFailure({ onError: 'skip' })`: what is malformed is set aside as a
 * dead letter. Signatures are checked in `refuse`. Stays on the caller's thread.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails with a `CannotListenError` before anything
 * begins if the port is taken.
 *
 * @example
 * ```ts
 * import { type HttpRequest, webhook } from 'millrace/connect/http'
 * import { map, take, toArray } from 'millrace/terms'
 *
 * let posted: Promise<Response> | undefined
 * const hook = webhook({
 *   port: 0,
 *   path: '/orders',
 *   onListening: ({ url }) => {
 *     posted = fetch(`${url}/orders`, { method: 'POST', body: '{"id":7}' })
 *   },
 * })
 * const orders = hook.pipe(
 *   map(({ body }: HttpRequest) => JSON.parse(body) as { id: number }).onFailure({ onError: 'skip' }),
 *   take(1),
 * )
 * console.log(await toArray(orders)) // [ { id: 7 } ]
 * console.log((await posted)?.status) // 202
 * ```
 */
export function webhook<Body extends string | Uint8Array = string>(
  options: WebhookOptions<Body>,
): Term<never, HttpRequest<Body>> {
  checkOptions('webhook', options, { ...REQUEST_OPTIONS, path: true, answer: true })
  const { path, answer = 'taken', refuse } = options
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw new InvalidOptionError('path of webhook()', path, 'a path that begins with /')
  }
  if (answer !== 'taken' && answer !== 'stored') {
    throw new InvalidOptionError('answer of webhook()', answer, '"taken" or "stored"')
  }
  const plan = deskPlanOf('webhook', options as RequestOptions<never> & { readonly body?: BodyKind })
  const refuseFirst = (request: HttpRequest<Body>): HttpReply | undefined => {
    if (path !== undefined && request.path !== path) return WRONG_PATH
    return request.method === 'POST' ? refuse?.(request) : WRONG_METHOD
  }
  const hook = new Webhook<Body>({ ...plan, refuse: refuseFirst as DeskPlan['refuse'] })
  const onEntered = (desk: RequestDesk, id: string): void => desk.answerUpTo(id, ACCEPTED)
  const entry = entryOf<Body>((ctx) => hook.deskOf(ctx), answer === 'stored' ? undefined : onEntered)
  return hook.local().pipe(entry.local())
}

/**
 * Requests that are taken together: of a larger batch, a run that goes on from a checkpoint would pass over as many as had
 * entered before it, but other requests come then.
 */
const BATCH_REQUESTS = 1

class Webhook<Body> extends BatchSourceTerm<HttpRequest<Body>> {
  override name = 'webhook'
  override readonly live = true
  readonly #plan: DeskPlan
  readonly #desks = new WeakMap<object, RequestDesk>()
  readonly #left = new WeakSet<object>()

  constructor(plan: DeskPlan) {
    super()
    this.#plan = plan
  }

  deskOf(ctx: Context<unknown, never>): RequestDesk | undefined {
    return this.#desks.get(ctx.run)
  }

  override async enter(ctx: Context<unknown, never>): Promise<void> {
    const desk = await RequestDesk.open(this.#plan, ctx.clock)
    // the run was cancelled meanwhile
    if (this.#left.has(ctx.run)) await desk.close()
    else this.#desks.set(ctx.run, desk)
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly HttpRequest<Body>[]> {
    return this.seek(undefined, ctx)
  }

  override position(batch: readonly HttpRequest<Body>[]): unknown {
    return batch.at(-1)?.id
  }

  /** Those that were not told 202 come again by themselves. */
  override seek(
    _position: unknown,
    ctx: Context<unknown, never>,
  ): AsyncIterable<readonly HttpRequest<Body>[]> {
    return readDesk(this.#desks.get(ctx.run) as RequestDesk, BATCH_REQUESTS)
  }

  override acknowledge(position: unknown, ctx: Context<unknown, never>): void {
    this.#desks.get(ctx.run)?.answerUpTo(position, ACCEPTED)
  }

  override exit(ctx: Context<unknown, never>): Promise<void> | void {
    this.#left.add(ctx.run)
    return this.#desks.get(ctx.run)?.close()
  }
}
