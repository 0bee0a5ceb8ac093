/**
 * `checkWellFormed`: sees to it that text can be written. A surrogate without its other half has no bytes in UTF-8; an
 * encoder would put U+FFFD in its place, and nothing would tell. Called by whatever makes bytes of text.
 */

import { BadInputError, describe } from '@millrace/core'

/** A surrogate without its other half. */
const LONE = /\p{Surrogate}/u

/** Whether a text can be UTF-8. */
export function isWellFormed(text: string): boolean {
  // of Node 20, but not yet of the language version that is compiled for
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}

/** A text in UTF-8; `undefined` if it has half of a surrogate pair, which UTF-8 has no place for. */
export function utf8Of(text: string): Buffer | undefined {
  return isWellFormed(text) ? Buffer.from(text) : undefined
}

/** @throws {BadInputError} if a text cannot be UTF-8; `what` says whose it is, as in `An item of exec()`. */
export function checkWellFormed(what: string, text: string): void {
  if (isWellFormed(text)) return
  const at = text.search(LONE)
  throw new BadInputError(
    `${what} holds half a character, which UTF-8 cannot hold: a lone surrogate, ${JSON.stringify(text.charAt(at))}, at ` +
      `character ${at} of ${describe(text)}. Replace it before: map((text) => text.toWellFormed()); or write JSON, which ` +
      'escapes it.',
  )
}
