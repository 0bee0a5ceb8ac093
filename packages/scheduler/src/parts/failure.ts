/** Failures on their way from a part to the caller's thread. */

import { CancelledError, TermError } from '@millrace/core'
import { isA } from '@millrace/core/engine'
import { fromWireItem, toWireItem } from '../worker/refusal.ts'
import { fromWire, toWire, type WireError } from '../worker/wire-error.ts'
import type { Failure } from './protocol.ts'

/** Takes an error apart. */
export function toFailure(error: unknown): Failure {
  if (!isA(error, TermError)) {
    return { error: toWire(error), term: undefined, phase: '', item: toWireItem(undefined) }
  }
  return { error: toWire(error.cause), term: error.term, phase: error.phase, item: toWireItem(error.item) }
}

/** Puts it together again. */
export function fromFailure({ error, term, phase, item }: Failure): unknown {
  const cause = fromWire(error)
  return term === undefined ? cause : new TermError(term, phase, cause, fromWireItem(item))
}

/** Why a run ends, as its terms in a worker see it. */
export function fromReason(wire: WireError): unknown {
  const error = fromWire(wire)
  return wire.code === 'CANCELLED' ? new CancelledError((error as Error).cause) : error
}
