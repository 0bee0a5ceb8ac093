/** `commandOf`: what a page has sent, checked. Called by `UiServer`. */

import type { Command } from '../model/protocol.ts'

const MAX_TAPPED = 100

/** @throws {TypeError} for what is no command. */
export function commandOf(body: unknown): Command {
  const { do: what, term, limit, key } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (what === 'pause' || what === 'resume' || what === 'stop' || what === 'cancel') return { do: what }
  if (what === 'tap' && typeof term === 'string' && isLimit(limit)) return { do: what, term, limit }
  if (what === 'untap' && typeof term === 'string') return { do: what, term }
  if (what === 'replay' && typeof key === 'string') return { do: what, key }
  throw new TypeError('There is no such command.')
}

function isLimit(limit: unknown): limit is number {
  return Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= MAX_TAPPED
}
