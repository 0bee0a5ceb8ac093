/** Options that `httpServer` and `webhook` share. */

import { InvalidOptionError } from '@millrace/core'
import { checkMs, checkWhole } from '@millrace/core/engine'
import type { BodyKind } from './decode.ts'
import { checkListenOptions, LISTEN_OPTIONS, type ListenOptions } from './listen.ts'
import { encodeReply, type HttpReply, type HttpRequest } from './messages.ts'

/** How requests are taken. */
export interface RequestOptions<Body = string> extends ListenOptions {
  /** Requests under way at most, from their first byte to the last one of their answer. Further ones get 503. Default 256. */
  readonly maxRequests?: number
  /** Bytes of one body at most; a larger one gets 413. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** How long one request may take, its body and its answer included, in ms of the run's clock. Default 30,000. */
  readonly timeoutMs?: number
  /** What a client that gets 503 is told to wait, in seconds. Default 1. */
  readonly retryAfterSeconds?: number
  /**
   * Called with each request before it enters the graph, on the caller's thread: what it returns is answered at once, and
   * the request goes no further. For paths that are not there, and for those who may not ask. Must be quick. Default: none
   * is refused.
   */
  readonly refuse?: (request: HttpRequest<Body>) => HttpReply | undefined
}

/** All that a desk goes by. */
export interface DeskPlan {
  readonly listen: ListenOptions
  readonly body: BodyKind
  readonly maxRequests: number
  readonly maxBodyBytes: number
  readonly timeoutMs: number
  readonly retryAfterSeconds: number
  readonly unanswered: HttpReply
  readonly refuse: ((request: never) => HttpReply | undefined) | undefined
}

/** The names of the options, for the check of those of a term. */
export const REQUEST_OPTIONS = {
  ...LISTEN_OPTIONS,
  body: true,
  maxRequests: true,
  maxBodyBytes: true,
  timeoutMs: true,
  retryAfterSeconds: true,
  refuse: true,
} as const

const UNANSWERED: HttpReply = { status: 500, body: 'There is no answer to this request.\n' }

/** The options with their defaults. @throws {InvalidOptionError} for one that makes no sense. */
export function deskPlanOf(
  owner: string,
  options: RequestOptions<never> & { readonly body?: BodyKind },
  unanswered: HttpReply = UNANSWERED,
): DeskPlan {
  checkListenOptions(owner, options)
  const { body = 'text', maxRequests = 256, maxBodyBytes = 1024 * 1024, timeoutMs = 30_000 } = options
  const { retryAfterSeconds = 1, refuse } = options
  if (body !== 'text' && body !== 'bytes') {
    throw new InvalidOptionError(`body of ${owner}()`, body, '"text" or "bytes"')
  }
  checkWhole(`maxRequests of ${owner}()`, maxRequests, 1)
  checkWhole(`maxBodyBytes of ${owner}()`, maxBodyBytes, 0)
  checkMs(`timeoutMs of ${owner}()`, timeoutMs)
  checkWhole(`retryAfterSeconds of ${owner}()`, retryAfterSeconds, 0)
  if (refuse !== undefined && typeof refuse !== 'function') {
    throw new InvalidOptionError(`refuse of ${owner}()`, refuse, 'a function')
  }
  try {
    encodeReply(unanswered)
  } catch {
    throw new InvalidOptionError(`unanswered of ${owner}()`, unanswered, 'a reply: { status, headers, body }')
  }
  return {
    listen: options,
    body,
    maxRequests,
    maxBodyBytes,
    timeoutMs,
    retryAfterSeconds,
    unanswered,
    refuse: refuse as DeskPlan['refuse'],
  }
}
