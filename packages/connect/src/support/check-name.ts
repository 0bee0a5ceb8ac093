/** Rules for options that are texts: names of queues, streams and the like, credentials, URLs. Called when a term is made. */

import { InvalidOptionError } from '@millrace/core'

/** @throws {InvalidOptionError} unless it is a text with something in it. */
export function checkName(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidOptionError(option, value, 'a text that is not empty')
  }
}

/** @throws {InvalidOptionError} for what is given and is no text; it is not shown, since it may be a password. */
export function checkText(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') {
    throw new InvalidOptionError(option, typeof value, 'a text')
  }
}

/** A part of a URL without its escapes. @throws {InvalidOptionError} for one that is written in another way. */
export function unescaped(option: string, part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InvalidOptionError(option, 'a url with a broken escape', 'one that writes % as %25')
  }
}

/** A URL as it may be shown: also one that is written badly, with an @ or a slash in its password. */
export function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1...@') : url
}
