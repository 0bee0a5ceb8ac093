/** `dataText`: one text for one value, whatever the order of its keys. Called by the functions on items. Internal. */

import { BadInputError, describe } from '@millrace/core'
import { isPlainRecord } from '../source/as-record.ts'

/**
 * A text that two values have in common exactly if they hold the same data.
 *
 * @throws {BadInputError} for functions, symbols, class instances, and values that hold themselves.
 */
export function dataText(value: unknown, around: readonly object[] = []): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      // -0 and 0 are one number, as for ===; NaN equals itself, as in a Map
      return Object.is(value, -0) ? '0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(value, around)
    default:
      throw noData(value)
  }
}

function objectText(value: object, around: readonly object[]): string {
  if (around.includes(value)) {
    throw new BadInputError(
      'An item that holds itself has no text, so it can be neither compared nor hashed.',
    )
  }
  const within = [...around, value]
  const text = (part: unknown): string => dataText(part, within)
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`
  if (isPlainRecord(value)) return `{${entriesText(Object.entries(value), text)}}`
  if (value instanceof Map) return `Map{${entriesText(value, text)}}`
  if (value instanceof Set) return `Set{${[...value].map(text).sort().join(',')}}`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof RegExp) return `RegExp(${JSON.stringify(String(value))})`
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${hex(new Uint8Array(value))})`
  if (ArrayBuffer.isView(value)) {
    return `${kindOf(value)}(${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))})`
  }
  throw noData(value)
}

function entriesText(entries: Iterable<[unknown, unknown]>, text: (part: unknown) => string): string {
  return Array.from(entries, ([key, part]) => `${text(key)}:${text(part)}`)
    .sort()
    .join(',')
}

/** `Uint8Array` for buffers, too. */
function kindOf(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice('[object '.length, -1)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

function noData(value: unknown): BadInputError {
  return new BadInputError(
    `${describe(value)} is no plain data (records, arrays, maps, sets, dates, buffers, strings, numbers and the ` +
      'like), so it can be neither compared nor hashed.',
  )
}
