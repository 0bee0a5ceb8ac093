/** Failures on their way from a part to the caller's thread. */

import { CancelledError, TermError } from '@millrace/core'
import { findUncloneable } from '../worker/clone-path.ts'
import { fromWire, toWire, type WireError } from '../worker/wire-error.ts'
import type { Failure } from './protocol.ts'

/** Takes an error apart. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof TermError)) {
    return { error: toWire(error), term: undefined, phase: '', item: undefined }
  }
  const item = findUncloneable(error.item) === undefined ? error.item : String(error.item)
  return { error: toWire(error.cause), term: error.term, phase: error.phase, item }
}

/** Puts it together again. */
export function fromFailure({ error, term, phase, item }: Failure): unknown {
  const cause = fromWire(error)
  return term === undefined ? cause : new TermError(term, phase, cause, item)
}

/** Why a run ends, as its terms in a worker see it. */
export function fromReason(wire: WireError): unknown {
  const error = fromWire(wire)
  return wire.code === 'CANCELLED' ? new CancelledError((error as Error).cause) : error
}
