/** `checkName`: the rule for names of queues, streams, subjects and the like. Called when a term is made. */

import { InvalidOptionError } from '@millrace/core'

/** @throws {InvalidOptionError} unless it is a text with something in it. */
export function checkName(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidOptionError(option, value, 'a text that is not empty')
  }
}

/** A URL as it may be shown. */
export function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/\/\/[^@/]*@/, '//...@') : url
}
