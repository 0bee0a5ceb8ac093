/** What the characters of marbles may be. Called by what reads marbles and what writes them. */

import { InvalidOptionError } from '../../errors.ts'

/** Characters that are no items: those of the notation, and the two that rxjs marks subscriptions with. */
export const SYNTAX = /[\s()|#=^!-]/u

/** Refuses keys of `values` that no text can have as an item. */
export function checkNames(values: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(values)) {
    if ([...name].length === 1 && !SYNTAX.test(name)) continue
    throw new InvalidOptionError(
      'A key of values of marbles',
      name,
      'one character, but none of ()|#=^!- and no blank',
    )
  }
}
