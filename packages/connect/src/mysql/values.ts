/**
 * Values of JavaScript as MariaDB and MySQL take them, and back. What a JavaScript value cannot hold without loss stays a text.
 * Called by the terms of this folder.
 */

import type { FieldPacket } from 'mysql2/promise'
import type { SqlColumn } from '../support/sql/dialect.ts'
import { jsonText, numberText, wellFormed } from '../support/sql/texts.ts'

/** Numbers of types in the protocol. */
const [TIMESTAMP, LONGLONG, BIT, JSON_TYPE] = [7, 8, 16, 245]

/** A value as the client has read it, as a value that loses nothing. */
export function valueFrom(value: unknown, { columnType }: Pick<FieldPacket, 'columnType'>): unknown {
  if (value === null) return null
  if (columnType === LONGLONG) return BigInt(value as string | number)
  if (columnType === JSON_TYPE) return JSON.parse(value as string)
  if (columnType === TIMESTAMP) return dateFrom(value as string)
  if (columnType === BIT || value instanceof Uint8Array) return Uint8Array.from(value as Uint8Array)
  return value
}

/** The session's time zone is UTC. A zero date is no moment, and stays the text that it is. */
function dateFrom(text: string): Date | string {
  const date = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(date.getTime()) ? text : date
}

/** What is sent for a value of a column. @throws {TypeError} for one that the column's type cannot hold as it is. */
export function valueFor(value: unknown, { type }: Pick<SqlColumn, 'type'>): string | Uint8Array {
  if (type === 'json') return jsonText(value)
  const isBinary = /blob|binary|^bit$|geometry/.test(type)
  switch (typeof value) {
    case 'string':
      if (isBinary) throw new TypeError('it is a text, and the column holds bytes: give a Uint8Array')
      return wellFormed(value)
    case 'boolean':
      return value ? '1' : '0'
    case 'bigint':
      return String(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('it is no finite number')
      return numberText(value, type === 'float' || type === 'double')
    case 'object':
      if (value instanceof Date) return dateText(value)
      if (value instanceof Uint8Array) return bytesOf(value, type, isBinary)
      // MariaDB calls its JSON columns by this name
      if (type === 'longtext') return jsonText(value)
  }
  const kind = typeof value === 'object' ? (value?.constructor?.name ?? 'an object') : typeof value
  throw new TypeError(`it is of a kind that the type ${type} cannot hold: ${kind}`)
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new TypeError('it is an invalid Date')
  return value.toISOString().replace('T', ' ').replace('Z', '')
}

function bytesOf(value: Uint8Array, type: string, isBinary: boolean): Uint8Array {
  if (!isBinary) throw new TypeError(`it holds bytes, and the column has the type ${type}`)
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}
