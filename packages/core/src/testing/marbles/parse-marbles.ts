/** `parseMarbles`: what a text of marbles says happens, and when. Called by the source and the expectation beside it. */

import { InvalidOptionError } from '../../errors.ts'
import { checkNames } from './marble-syntax.ts'

/** Something that happens on a stream, in ms after the run has begun. */
export type MarbleEvent<Item = unknown> =
  | { readonly atMs: number; readonly kind: 'item'; readonly item: Item }
  | { readonly atMs: number; readonly kind: 'end' }
  | { readonly atMs: number; readonly kind: 'error'; readonly error: unknown }

/** A stream in time. */
export interface Marbles<Item = unknown> {
  /** Earliest first; an end or an error comes last. */
  readonly events: readonly MarbleEvent<Item>[]
  /** Up to which time the events are known, exclusively, in ms. */
  readonly lengthMs: number
}

/** How marbles are read. */
export interface MarbleOptions<Item> {
  /**
   * The items, by the character that stands for each: any but blanks and `()|#=^!-`. A character without an entry stands for
   * itself.
   */
  readonly values?: Readonly<Record<string, Item>>
  /** What the stream fails with at `#`. Default: an `Error`. */
  readonly error?: unknown
  /** Milliseconds that a character takes. Default 1. */
  readonly frameMs?: number
}

const SPACE = /\s+/uy
const TIME = /(?<=^|\s)(?<from>=?)(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m)(?=\s)/uy
const CHARACTER = /./suy
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** What `#` fails with if no error is given. */
function defaultError(): Error {
  return new Error('the stream fails at #')
}

/**
 * Reads a text of marbles, as rxjs writes them, into the events that it stands for.
 *
 * | text | means |
 * | --- | --- |
 * | `-` | a frame, by default 1 ms, in which nothing happens |
 * | `a` | an item; takes a frame |
 * | `\|`, `#` | the end of the stream, an error |
 * | `(ab\|)` | all of this at once, where the bracket opens; takes a frame for each character, brackets included |
 * | ` 20ms `, ` 1.5s `, ` 2m ` | this much time passes; with a blank behind it, also at the end of the text, and one before it |
 * | ` =20ms ` | the next character is 20 ms after the beginning, also if a bracket before it takes longer |
 * | `^`, `!` | refused: rxjs marks subscriptions with them |
 * | blanks | nothing |
 *
 * Without an end or an error the stream stays open.
 *
 * @throws {InvalidOptionError} if the text is none of this, or something follows its end; if a key of `values` is not a
 * single character, or one that no item can have.
 *
 * @example
 * ```ts
 * import { parseMarbles } from 'millrace/testing'
 *
 * const { events, lengthMs } = parseMarbles('-a 10ms (b|)', { values: { a: 1, b: 2 } })
 * console.log(events.map(({ atMs, kind }) => `${atMs} ${kind}`), lengthMs)
 * // [ '1 item', '12 item', '12 end' ] 16
 * ```
 */
export function parseMarbles<Item = string>(text: string, options: MarbleOptions<Item> = {}): Marbles<Item> {
  const { values = {}, frameMs = 1 } = options
  const fail = (expected: string): never => {
    throw new InvalidOptionError('The text of marbles', text, expected)
  }
  if (typeof text !== 'string') fail('a text such as -a-b|')
  if (!(Number.isFinite(frameMs) && frameMs > 0)) {
    throw new InvalidOptionError('frameMs of marbles', frameMs, 'a number above 0')
  }
  checkNames(values)
  const events: MarbleEvent<Item>[] = []
  let nowMs = 0
  let openedAtMs: number | undefined
  let hasEnded = false

  const note = (event: MarbleEvent<Item>): void => {
    if (hasEnded) fail('one in which nothing follows the end')
    const isBack = event.atMs < (events.at(-1)?.atMs ?? 0)
    if (isBack) fail('one in which time does not go back')
    events.push(event)
    hasEnded = event.kind !== 'item'
  }
  const read = (character: string): void => {
    const atMs = openedAtMs ?? nowMs
    switch (character) {
      case '-':
        if (openedAtMs !== undefined) fail('one without time in brackets')
        break
      case '(':
        if (openedAtMs !== undefined) fail('one without brackets in brackets')
        openedAtMs = nowMs
        break
      case ')':
        if (openedAtMs === undefined) fail('one in which each bracket is opened')
        openedAtMs = undefined
        break
      case '|':
        note({ atMs, kind: 'end' })
        break
      case '#':
        note({ atMs, kind: 'error', error: options.error ?? defaultError() })
        break
      case '^':
      case '!':
        fail('one without the marks of subscriptions, ^ and !')
        break
      case '=':
        fail('one in which = begins a time with blanks around it, such as =20ms')
        break
      default:
        note({
          atMs,
          kind: 'item',
          item: (Object.hasOwn(values, character) ? values[character] : character) as Item,
        })
    }
    nowMs += frameMs
  }

  for (let at = 0; at < text.length; ) {
    const [found, groups] = match(text, at, TIME) ??
      match(text, at, SPACE) ??
      match(text, at, CHARACTER) ?? ['', {}]
    at += found.length
    if (groups?.['unit'] !== undefined) {
      if (openedAtMs !== undefined) fail('one without time in brackets')
      const ms = Number(groups['amount']) * (UNIT_MS[groups['unit']] as number)
      nowMs = groups['from'] === '=' ? ms : nowMs + ms
    } else if (found.trim() !== '') read(found)
  }
  if (openedAtMs !== undefined) fail('one in which each bracket is closed')
  return { events, lengthMs: nowMs }
}

function match(
  text: string,
  at: number,
  pattern: RegExp,
): readonly [found: string, groups: Record<string, string> | undefined] | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found === null ? undefined : [found[0], found.groups]
}
