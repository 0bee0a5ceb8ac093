/** Dead letters and failure policies on their way between threads. Called on both sides of both protocols. */

import type { DeadLetter, FailurePolicy } from '@millrace/core'
import { isPlain } from '@millrace/core/engine'
import { fromWireItem, toWireItem, type WireItem } from './refusal.ts'
import { fromWire, toWire, type WireError } from './wire-error.ts'

/** A dead letter as plain data. */
export interface WireLetter extends Omit<DeadLetter, 'error' | 'item'> {
  readonly item: WireItem
  readonly error: WireError
  /** Whether it is to stop the sources. */
  readonly isFatal: boolean
}

/** A failure policy without a fallback that is not plain: a function, say. The graph built there has it. */
export type WirePolicy = FailurePolicy<never, unknown>

/** Takes a letter apart. Of an item that cannot be sent, a `LostItem` says what it was. */
export function toWireLetter({ item, error, ...rest }: DeadLetter, isFatal: boolean): WireLetter {
  return { ...rest, item: toWireItem(item), error: toWire(error), isFatal }
}

/** Puts it together again. */
export function fromWireLetter({ item, error, isFatal: _, ...rest }: WireLetter): DeadLetter {
  return { ...rest, item: fromWireItem(item), error: fromWire(error) }
}

/** What a worker has to be told of a policy, since it may have come from a config; `undefined` for none. */
export function toWirePolicy(policy: FailurePolicy<never, unknown>): WirePolicy | undefined {
  const { fallback, ...rest } = policy
  const sent = 'fallback' in policy && isPlain(fallback) ? policy : rest
  return Object.keys(sent).length === 0 ? undefined : sent
}
