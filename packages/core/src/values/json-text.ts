/**
 * `parseJsonText`: `JSON.parse`, right on every version of Node. In V8 from 12.8 on (Node 24 and 26), a key that is written
 * with an escape may come back as another key: `{"\"":1}` as `{"\\":1}` once an object with the latter has been parsed, and
 * the value of a key that occurs twice may be the first (github.com/nodejs/node/issues/63785). Called wherever keys
 * of foreign texts are read; an engine without the fault, and a text without such keys, go straight to `JSON.parse`.
 */

import { define } from './mend.ts'

/** Whether this engine has the fault. The first text prepares it, the second shows it. */
const isFaulty = ((): boolean => {
  JSON.parse('{"h":[],"\\\\":0}')
  return Object.keys(JSON.parse('{"h":1,"\\"":2}') as object)[1] !== '"'
})()

/** A string, and the colon that makes a key of it. */
const STRINGS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/gs
/** What has to be escaped in any JSON text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those that JSON does not allow in strings
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/

/** The value of a text; `mend` is called with each part of it, and gives what stands in its place. @throws {SyntaxError} */
export function parseJsonText(text: string, mend?: (part: unknown) => unknown): unknown {
  if (isFaulty && typeof text === 'string' && text.includes('\\')) return parseEscaped(text, mend)
  return JSON.parse(text, reviverOf(mend))
}

function reviverOf(
  mend: ((part: unknown) => unknown) | undefined,
): ((key: string, part: unknown) => unknown) | undefined {
  return mend === undefined ? undefined : (_key, part) => mend(part)
}

/** Parses the text with keys that have no escapes, and gives those their names that cannot be without. */
function parseEscaped(text: string, mend: ((part: unknown) => unknown) | undefined): unknown {
  let hasMore = false
  const bare = withKeys(text, (name) => {
    if (!NEEDS_ESCAPE.test(name)) return name
    hasMore = true
    return undefined
  })
  let prefix = 'key'
  while (hasMore && bare.includes(prefix)) prefix += '_'
  const standIns = new Map<string, string>()
  const names = new Map<string, string>()
  const standInFor = (name: string): string => {
    const standIn = standIns.get(name) ?? `${prefix}${standIns.size}`
    standIns.set(name, standIn)
    names.set(standIn, name)
    return standIn
  }
  const plain = hasMore ? withKeys(bare, standInFor) : bare
  const whole = (part: unknown): unknown => renamed(mend === undefined ? part : mend(part), names)
  try {
    return JSON.parse(plain, reviverOf(hasMore ? whole : mend))
  } catch (error) {
    JSON.parse(text) // its message is about the text as it was
    throw error
  }
}

/** The text with other keys for those that have escapes: what `keyFor` gives; `undefined` leaves one as it is. */
function withKeys(text: string, keyFor: (name: string) => string | undefined): string {
  return text.replace(STRINGS, (whole, string: string, colon: string | undefined) => {
    if (colon === undefined || !string.includes('\\')) return whole
    const name = stringOf(string)
    const key = name === undefined ? undefined : keyFor(name)
    return key === undefined ? whole : `"${key}"${colon}`
  })
}

function stringOf(text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined // the text is no JSON: the parser will say where
  }
}

/** A record with the names of its keys, in their order. */
function renamed(part: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  if (!Object.keys(part).some((key) => names.has(key))) return part
  const record = {}
  for (const [key, value] of Object.entries(part)) define(record, names.get(key) ?? key, value)
  return record
}
