/** What the errors of JetStream mean for the protocol. Called by `JetStreamSubstrate`. */

import { MillraceError } from '@millrace/core'
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import { errors } from '@nats-io/transport-node'
import {
  BrokenLogError,
  FencedError,
  NoClusterError,
  OutcomeUnknownError,
  ServerRefusedError,
} from '../errors.ts'

/** Another commit was there first: the fence. */
const isFence = (code: number): boolean => code === JetStreamApiCodes.StreamWrongLastSequence

/** What the log lacks for good; everything else may pass. */
const isGone = (code: number): boolean => code === JetStreamApiCodes.StreamNotFound

/** Limits that more calls do not change: of consumers, of streams, of a message's size. */
const LIMITS: ReadonlySet<number> = new Set([10026, 10027, 10054])

/** What the server, or the client in its name, refuses: a permission that is missing, a message that is too large. */
function isRefused(error: unknown): boolean {
  if (error instanceof errors.PermissionViolationError || error instanceof errors.AuthorizationError)
    return true
  if (error instanceof errors.InvalidArgumentError) return error.message.includes('max_payload')
  if (error instanceof JetStreamApiError) return LIMITS.has(error.code)
  return error instanceof Error && error.cause !== undefined && isRefused(error.cause)
}

/**
 * The port's error for one of the client's. 10071 is the fence; a stream that is gone breaks the log; a connection that is
 * closed comes to no life again; neither do permissions and limits change by asking again. All others (10164, time-outs, a connection that is lost, a leader that moves, a server
 * that is full) leave the outcome open.
 */
export function meaningOf(error: unknown, what: string, task: string): Error {
  if (error instanceof MillraceError) return error
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError) {
    return new NoClusterError(`The connection to the servers was closed (${what}).`, error)
  }
  if (isRefused(error)) return new ServerRefusedError(task === '' ? what : `${what} ${task}`, error)
  if (error instanceof JetStreamApiError) {
    if (isFence(error.code)) return new FencedError(task)
    if (isGone(error.code)) return new BrokenLogError(`its streams are gone (${what})`)
  }
  return new OutcomeUnknownError(what, error, error instanceof JetStreamApiError)
}

/** What `call` resolves to; what it throws, in the words of the port. */
export async function withMeaning<Result>(
  what: string,
  task: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw meaningOf(error, what, task)
  }
}
