/** Bytes as text, or refused. Used by the sources of brokers. */

import { BadInputError } from '@millrace/core'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws {BadInputError} for bytes that are not UTF-8; `what` names them: `Message 7 of stream orders`. */
export function utf8Of(bytes: Uint8Array, what: () => string): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new BadInputError(
      `${what()} holds bytes that are not UTF-8. Read it with binary: true, and decode it yourself.`,
      { cause },
    )
  }
}
