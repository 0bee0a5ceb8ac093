/** Dead letters and failure policies on their way between threads. Called on both sides of both protocols. */

import type { DeadLetter, FailurePolicy } from '@millrace/core'
import { findUncloneable } from './clone-path.ts'
import { fromWire, toWire, type WireError } from './wire-error.ts'

/** A dead letter as plain data. */
export interface WireLetter extends Omit<DeadLetter, 'error'> {
  readonly error: WireError
  /** Whether it is to stop the sources. */
  readonly isFatal: boolean
}

/** A failure policy without what cannot be sent: a fallback that is a function. The graph built there has it. */
export type WirePolicy = FailurePolicy<never, unknown>

/** Takes a letter apart. Of an item that cannot be cloned, only its text goes. */
export function toWireLetter({ item, error, ...rest }: DeadLetter, isFatal: boolean): WireLetter {
  const sent = findUncloneable(item) === undefined ? item : String(item)
  return { ...rest, item: sent, error: toWire(error), isFatal }
}

/** Puts it together again. */
export function fromWireLetter({ error, isFatal: _, ...rest }: WireLetter): DeadLetter {
  return { ...rest, error: fromWire(error) }
}

/** What a worker has to be told of a policy, since it may have come from a config; `undefined` for none. */
export function toWirePolicy(policy: FailurePolicy<never, unknown>): WirePolicy | undefined {
  const { fallback, ...rest } = policy
  const sent = 'fallback' in policy && typeof fallback !== 'function' ? policy : rest
  return Object.keys(sent).length === 0 ? undefined : sent
}
