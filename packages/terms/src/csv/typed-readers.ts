/** Column readers of the option `fields` of `csv`: a type each. Made by `CsvParser`. */

import { BadInputError, messageOf } from '@millrace/core'
import { type FieldSpec, numberOf, plainTimeIn, timeOf, typeOf } from '../source/fields.ts'
import { type ColumnReader, type FoundFields, plainNumber, TextReader } from './column-readers.ts'
import { ESCAPED } from './record-scanner.ts'

/** What reads a column of this type. */
export function typedReader(column: string, spec: FieldSpec<string>): ColumnReader {
  if (typeof spec === 'function') return new FunctionReader(column, spec)
  const { type, isOptional } = typeOf(spec)
  if (type === 'string') return isOptional ? new OptionalTextReader() : new TextReader()
  return new TypedReader(column, type, isOptional)
}

/** What a record without this field has in its place. @throws {BadInputError} unless it may be left out. */
export function missing(column: string, spec: FieldSpec<string>): null {
  if (typeof spec === 'string' && typeOf(spec).isOptional) return null
  const remedy = typeof spec === 'string' ? ` Say '${spec}?' if it may be left out.` : ''
  throw new BadInputError(`it has no field ${column}.${remedy}`)
}

class OptionalTextReader implements ColumnReader {
  readonly #texts = new TextReader()

  read(record: FoundFields, field: number): string | null {
    const text = this.#texts.read(record, field)
    return text === '' ? null : text
  }
}

class FunctionReader implements ColumnReader {
  readonly #texts = new TextReader()
  readonly #column: string
  readonly #f: (text: string) => unknown

  constructor(column: string, f: (text: string) => unknown) {
    this.#column = column
    this.#f = f
  }

  read(record: FoundFields, field: number): unknown {
    const text = this.#texts.read(record, field)
    const f = this.#f
    try {
      return f(text)
    } catch (cause) {
      const reason = `fields.${this.#column} failed on ${JSON.stringify(text)}: ${messageOf(cause)}`
      throw new BadInputError(reason, { cause })
    }
  }
}

type Typed = 'number' | 'boolean' | 'date' | 'time'

class TypedReader implements ColumnReader {
  readonly #column: string
  readonly #type: Typed
  readonly #isOptional: boolean

  constructor(column: string, type: Typed, isOptional: boolean) {
    this.#column = column
    this.#type = type
    this.#isOptional = isOptional
  }

  read(record: FoundFields, field: number): unknown {
    if (this.#type === 'number') {
      const number = plainNumber(record, field)
      if (!Number.isNaN(number)) return number
    } else if (this.#type !== 'boolean' && (record.kinds[field] as number) < ESCAPED) {
      const time = plainTimeIn(record.bytes, record.starts[field] as number, record.ends[field] as number)
      if (!Number.isNaN(time)) return this.#type === 'time' ? time : new Date(time)
    }
    const text = record.text(field)
    if (text === '' && this.#isOptional) return null
    const value = this.#parse(text)
    if (value !== undefined) return value
    const remedy = text === '' ? ` Say '${this.#type}?' if it may be empty.` : HINTS[this.#type]
    throw new BadInputError(`${this.#column} is ${JSON.stringify(text)}, which is no ${this.#type}.${remedy}`)
  }

  #parse(text: string): unknown {
    switch (this.#type) {
      case 'number':
        return numberOf(text)
      case 'boolean':
        return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
      default: {
        const time = timeOf(text)
        if (Number.isNaN(time)) return undefined
        return this.#type === 'time' ? time : new Date(time)
      }
    }
  }
}

const HINTS: Readonly<Record<Typed, string>> = {
  number: ' A function takes other forms, and whole numbers beyond 2 ** 53 - 1.',
  boolean: ' true and false are; a function takes other forms.',
  date: ' A date is, or a date and time with a zone, as in 2026-01-31T12:00:00Z; a function takes other forms.',
  time: ' A date is, or a date and time with a zone, as in 2026-01-31T12:00:00Z; a function takes other forms.',
}
