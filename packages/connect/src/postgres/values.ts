/**
 * Values of JavaScript as the texts that PostgreSQL reads, and back. What a JavaScript value cannot hold without loss stays a
 * text. Called by the terms of this folder.
 */

import type { SqlColumn } from '../support/sql/dialect.ts'
import { jsonText, numberText, wellFormed } from '../support/sql/texts.ts'

type Parser = (text: string) => unknown

/** What `pg` has to parse texts with. */
interface PgTypes {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parser
}

const TEXT_ARRAY = 1009
const BYTES = 17
/** Types that are read as other values than `pg` reads them as, by their numbers in the catalog. */
const OWN: Readonly<Record<number, (text: string) => unknown>> = {
  20: BigInt, // int8
  17: bytesOf, // bytea
  1082: String, // date
  1083: String, // time
  1114: String, // timestamp
  1186: String, // interval
  1266: String, // time with time zone
  1700: String, // numeric
  790: String, // money
}
/** Types of arrays, and those of their elements. */
const ARRAYS: Readonly<Record<number, number>> = {
  1016: 20,
  1001: BYTES,
  1182: 1082,
  1183: 1083,
  1115: 1114,
  1187: 1186,
  1231: 1700,
  791: 790,
}

/** The parsers of a connection. */
export function textParsers(types: PgTypes): (oid: number, format?: 'text' | 'binary') => Parser {
  const asTexts = types.getTypeParser(TEXT_ARRAY)
  return (oid, format) => {
    const own = OWN[oid]
    if (own !== undefined) return own
    const element = ARRAYS[oid]
    if (element === undefined) return types.getTypeParser(oid, format ?? 'text')
    const parse = OWN[element] as Parser
    return (text) => mapDeep(asTexts(text), parse)
  }
}

function mapDeep(value: unknown, parse: Parser): unknown {
  if (Array.isArray(value)) return value.map((each) => mapDeep(each, parse))
  return value === null ? null : parse(value as string)
}

/** The session asks for this form; a server that gives another one is not understood. */
function bytesOf(text: string): Uint8Array {
  if (!text.startsWith('\\x')) throw new TypeError(`bytes that do not begin with \\x: ${text.slice(0, 20)}`)
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
}

/** The text of a value for a column. @throws {TypeError} for one that the column's type cannot hold as it is. */
export function textFor(value: unknown, { type }: Pick<SqlColumn, 'type'>): string | null {
  if (type === 'json' || type === 'jsonb') return jsonText(value)
  return type.endsWith('[]') ? arrayText(value, type.slice(0, -2)) : scalarText(value, type)
}

function arrayText(value: unknown, type: string): string | null {
  if (value === null) return null
  if (typeof value === 'string') return wellFormed(value)
  if (!Array.isArray(value)) throw new TypeError(`it is no array, and the column has the type ${type}[]`)
  const elements = value.map((each: unknown) => {
    if (each === null || each === undefined) return 'NULL'
    if (Array.isArray(each) && type !== 'json' && type !== 'jsonb') return arrayText(each, type)
    return `"${String(textFor(each, { type })).replace(/["\\]/g, '\\$&')}"`
  })
  return `{${elements.join(',')}}`
}

function scalarText(value: unknown, type: string): string {
  switch (typeof value) {
    case 'string':
      if (type === 'bytea') throw new TypeError('it is a text, and the column holds bytes: give a Uint8Array')
      return wellFormed(value)
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'number':
      return numberText(value, type === 'real' || type === 'double precision')
    case 'object':
      if (value instanceof Date) return dateText(value)
      if (value instanceof Uint8Array) return bytesText(value, type)
  }
  throw new TypeError(`it is of a kind that the type ${type} cannot hold: ${kindOf(value)}`)
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new TypeError('it is an invalid Date')
  const iso = value.toISOString()
  // years of more than four digits, and those before 1
  if (!/^[+-]/.test(iso)) return iso
  const year = value.getUTCFullYear()
  const rest = iso.slice(iso.indexOf('-', 1))
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

function bytesText(value: Uint8Array, type: string): string {
  if (type !== 'bytea') throw new TypeError(`it holds bytes, and the column has the type ${type}`)
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
}

function kindOf(value: unknown): string {
  return value === null
    ? 'null'
    : typeof value === 'object'
      ? (value.constructor?.name ?? 'an object')
      : typeof value
}
