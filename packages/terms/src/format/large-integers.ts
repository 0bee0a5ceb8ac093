/** `largeIntegers`: JSON whose integers do not fit into numbers. Used by `parseNdjson` and `parseJson`. Internal. */

import { InvalidOptionError } from '@millrace/core'
import { parseJsonText } from '@millrace/core/engine'

/** What becomes of integers that are no safe integers: rounded to numbers, or kept as bigint or as their text. */
export type LargeIntegers = 'round' | 'bigint' | 'text'

/** @throws {InvalidOptionError} if `value` is none. */
export function checkLargeIntegers(owner: string, value: unknown): void {
  if (value === 'round' || value === 'bigint' || value === 'text') return
  throw new InvalidOptionError(`largeIntegers of ${owner}()`, value, '"round", "bigint" or "text"')
}

/** The number that a JSON number stands for, or what is kept of an integer that no number holds. */
export function numberOrKept(text: string, keep: LargeIntegers): number | bigint | string {
  const number = Number(text)
  if (keep === 'round' || Number.isSafeInteger(number) || !/^-?\d+$/.test(text)) return number
  return keep === 'bigint' ? BigInt(text) : text
}

/** Texts that cannot hold a large integer need no second look. */
const MANY_DIGITS = /\d{16}/
/** Strings come first, so that no digits within them are taken for numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * `JSON.parse`, or one that keeps large integers. Node 20 gives a reviver no source text, so each large integer is parsed as a
 * stand-in, a number that does not occur in the text, and put back by the reviver: all else is `JSON.parse`'s own.
 *
 * @throws {InvalidOptionError} if `keep` is unknown.
 */
export function jsonParser(owner: string, keep: LargeIntegers = 'round'): (text: string) => unknown {
  checkLargeIntegers(owner, keep)
  if (keep === 'round') return (text) => parseJsonText(text)
  return (text) => {
    const plain = parseJsonText(text)
    if (!MANY_DIGITS.test(text)) return plain
    const taken = new Set<number>()
    for (const [token] of text.matchAll(TOKENS)) if (!token.startsWith('"')) taken.add(Number(token))
    const kept = new Map<number, bigint | string>()
    let standIn = 0
    const marked = text.replace(TOKENS, (token) => {
      if (token.startsWith('"')) return token
      const value = numberOrKept(token, keep)
      if (typeof value === 'number') return token
      do standIn += Number.MIN_VALUE
      while (taken.has(standIn))
      kept.set(standIn, value)
      return String(standIn)
    })
    if (kept.size === 0) return plain
    return parseJsonText(marked, (value) => kept.get(value as number) ?? value)
  }
}
