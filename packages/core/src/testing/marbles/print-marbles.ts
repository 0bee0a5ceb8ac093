/** `printMarbles`: events as a text of marbles, the other way round. Called by the expectation beside it. */

import { isDeepStrictEqual } from 'node:util'
import { checkNames, SYNTAX } from './marble-syntax.ts'
import type { MarbleEvent, MarbleOptions, Marbles } from './parse-marbles.ts'

/** A text of marbles, and what its characters stand for. */
export interface PrintedMarbles<Item = unknown> {
  readonly text: string
  /** The items by their characters: those that were given, and those that have got one. */
  readonly values: Readonly<Record<string, Item>>
}

/** More frames than this are written as a time. */
const MAX_DASHES = 12
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Further characters, for those who have more items than that: there are enough letters from here on. */
const FIRST_OTHER = 0x100
/** Items that would be read as a time between blanks. */
const LIKE_TIME = /^(?<amount>[\d.]+)(?<unit>ms|s|m)$/u
const MAX_DIGITS = 100

/**
 * Writes a stream in time as marbles. An item that `values` has under a character is written as that; a text of a single
 * character as itself; each other one gets a character that is free, which the values that are returned tell. Read back
 * with these values, the text gives the same events.
 *
 * @throws {InvalidOptionError} if a key of `values` is not a single character, or one that no item can have.
 *
 * @example
 * ```ts
 * import { parseMarbles, printMarbles } from 'millrace/testing'
 *
 * const { text, values } = printMarbles<unknown>({
 *   events: [
 *     { atMs: 2, kind: 'item', item: { id: 7 } },
 *     { atMs: 30, kind: 'item', item: 'z' },
 *     { atMs: 30, kind: 'end' },
 *   ],
 *   lengthMs: 31,
 * })
 * console.log(text, values) // --a 27ms (z|) { z: 'z', a: { id: 7 } }
 * console.log(parseMarbles(text, { values }).events.length) // 3
 * ```
 */
export function printMarbles<Item>(
  { events, lengthMs }: Marbles<Item>,
  { values = {}, frameMs = 1 }: Pick<MarbleOptions<Item>, 'values' | 'frameMs'> = {},
): PrintedMarbles<Item> {
  checkNames(values)
  const names = namesOf(events, values)
  const parts: string[] = []
  let between = ''
  let nowMs = 0
  const write = (text: string): void => {
    between += text
    nowMs = afterFrames(nowMs, [...text].length, frameMs)
  }
  const pause = (time: string): void => {
    parts.push(apart(between), ` ${time}ms `)
    between = ''
  }
  const wait = (untilMs: number): void => {
    const frames = (untilMs - nowMs) / frameMs
    const ms = decimal(untilMs - nowMs)
    const isShort = frames >= 0 && Number.isInteger(frames) && frames <= MAX_DASHES
    if (isShort && afterFrames(nowMs, frames, frameMs) === untilMs) between += '-'.repeat(frames)
    else if (frames >= 0 && nowMs + Number(ms) === untilMs) pause(ms)
    else pause(`=${decimal(untilMs)}`)
    nowMs = untilMs
  }
  for (let i = 0; i < events.length; ) {
    const { atMs } = events[i] as MarbleEvent<Item>
    const together = events.slice(i).findIndex((event) => event.atMs !== atMs)
    const count = together < 0 ? events.length - i : together
    const marbles = events.slice(i, i + count).map((event) => marbleOf(event, names))
    wait(atMs)
    write(count === 1 ? marbles.join('') : `(${marbles.join('')})`)
    i += count
  }
  const isOpen = events.at(-1)?.kind === undefined || events.at(-1)?.kind === 'item'
  if (isOpen && lengthMs > nowMs) wait(lengthMs)
  parts.push(apart(between))
  // a blank at the end belongs to the time before it
  return { text: parts.join('').trimStart(), values: Object.fromEntries(names) }
}

/** Added up as it is read, so that fractions are rounded alike. */
function afterFrames(fromMs: number, frames: number, frameMs: number): number {
  let ms = fromMs
  for (let i = 0; i < frames; i++) ms += frameMs
  return ms
}

/** Items that look like a time, with a blank in between, which means nothing. */
function apart(text: string): string {
  return text.replace(LIKE_TIME, '$<amount> $<unit>')
}

/** Without an exponent, and read as the same number. */
function decimal(ms: number): string {
  const text = String(ms)
  if (!text.includes('e-')) return text
  for (let digits = 0; digits < MAX_DIGITS; digits++) {
    const fixed = ms.toFixed(digits)
    if (Number(fixed) === ms) return fixed
  }
  return ms.toFixed(MAX_DIGITS)
}

function marbleOf<Item>(event: MarbleEvent<Item>, names: ReadonlyMap<string, Item>): string {
  if (event.kind === 'end') return '|'
  if (event.kind === 'error') return '#'
  return nameOf(event.item, names) as string
}

function nameOf<Item>(item: Item, names: ReadonlyMap<string, Item>): string | undefined {
  for (const [name, value] of names) if (isDeepStrictEqual(value, item)) return name
  return undefined
}

/** Texts of a single character keep it, so they come before what gets one. */
function namesOf<Item>(
  events: readonly MarbleEvent<Item>[],
  values: Readonly<Record<string, Item>>,
): Map<string, Item> {
  const names = new Map(Object.entries(values))
  const items = events.flatMap((event) => (event.kind === 'item' ? [event.item] : []))
  for (const item of items) {
    if (typeof item !== 'string' || [...item].length !== 1 || SYNTAX.test(item)) continue
    if (!names.has(item) && nameOf(item, names) === undefined) names.set(item, item)
  }
  const free = freeNames(names)
  for (const item of items) {
    if (nameOf(item, names) === undefined) names.set(free.next().value as string, item)
  }
  return names
}

function* freeNames(taken: ReadonlyMap<string, unknown>): Generator<string, never> {
  for (const letter of LETTERS) if (!taken.has(letter)) yield letter
  for (let code = FIRST_OTHER; ; code++) {
    const letter = String.fromCodePoint(code)
    if (!taken.has(letter) && !SYNTAX.test(letter)) yield letter
  }
}
