/** `readDesk`, `entryOf`: how requests come from a desk into a graph. Called by `httpServer` and `webhook`. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import type { HttpRequest } from './messages.ts'
import type { RequestDesk } from './request-desk.ts'

/** What waits at a desk, batch by batch; it is drained when nobody needs more. */
export function readDesk<Item>(
  desk: RequestDesk,
  batchItems: number,
): AsyncIterableIterator<readonly Item[]> {
  const done = { done: true as const, value: undefined }
  return {
    async next() {
      const value = (await desk.take(batchItems)) as readonly Item[] | undefined
      return value === undefined ? done : { done: false, value }
    },
    async return() {
      desk.drain()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/**
 * The term right behind a source of requests: what passes it is in the graph. A source cannot tell, since it is read ahead,
 * and what was read is dropped when the run stops. Leaves out requests that have ended meanwhile.
 */
export function entryOf<Body>(
  deskOf: (ctx: Context<unknown, never>) => RequestDesk | undefined,
  onEntered?: (desk: RequestDesk, id: string) => void,
): KernelTerm<HttpRequest<Body>, HttpRequest<Body>> {
  const f = (request: HttpRequest<Body>, ctx: Context<unknown, never>): HttpRequest<Body> | undefined => {
    const desk = deskOf(ctx)
    if (desk?.admit(request.id) === false) return undefined
    if (desk !== undefined) onEntered?.(desk, request.id)
    return request
  }
  return kernelTerm<HttpRequest<Body>, HttpRequest<Body>>('entry', { kind: 'apply', self: {}, f })
}
