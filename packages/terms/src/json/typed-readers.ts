/** Readers of the option `fields` of `ndjson`: a type each. Made and called by its source. */

import { BadInputError, messageOf } from '@millrace/core'
import { parseJsonText } from '@millrace/core/engine'
import { type ColumnReader, type FoundFields, plainNumberIn, TextReader } from '../csv/column-readers.ts'
import { ESCAPED, QUOTED } from '../csv/record-scanner.ts'
import { type FieldSpec, type FieldType, numberOf, plainTimeIn, timeOf, typeOf } from '../source/fields.ts'
import { ABSENT, FALSE, NULL, NUMBER, TRUE } from './object-scanner.ts'

/** What reads a field of this type. */
export function jsonReader(name: string, spec: FieldSpec<unknown>): ColumnReader {
  return typeof spec === 'function' ? new FunctionReader(name, spec) : new TypedReader(name, spec)
}

class FunctionReader implements ColumnReader {
  readonly #name: string
  readonly #f: (value: unknown) => unknown

  constructor(name: string, f: (value: unknown) => unknown) {
    this.#name = name
    this.#f = f
  }

  read(record: FoundFields, field: number): unknown {
    const value = jsonOf(record, field)
    const f = this.#f
    try {
      return f(value)
    } catch (cause) {
      const reason = `fields.${this.#name} failed on ${JSON.stringify(value)}: ${messageOf(cause)}`
      throw new BadInputError(reason, { cause })
    }
  }
}

function jsonOf(record: FoundFields, field: number): unknown {
  const kind = record.kinds[field]
  if (kind === ABSENT) return undefined
  const text = record.text(field)
  return kind === QUOTED || kind === ESCAPED ? text : parseJsonText(text)
}

class TypedReader implements ColumnReader {
  readonly #name: string
  readonly #spec: FieldType | `${FieldType}?`
  readonly #type: FieldType
  readonly #isOptional: boolean
  readonly #texts = new TextReader()

  constructor(name: string, spec: FieldType | `${FieldType}?`) {
    const { type, isOptional } = typeOf(spec)
    this.#name = name
    this.#spec = spec
    this.#type = type
    this.#isOptional = isOptional
  }

  read(record: FoundFields, field: number): unknown {
    const kind = record.kinds[field] as number
    const value = kind === NULL || kind === ABSENT ? undefined : this.#value(record, field, kind)
    if (value !== undefined) return value
    if (this.#isOptional && (kind === NULL || kind === ABSENT)) return null
    if (kind === ABSENT) {
      throw new BadInputError(`it has no field ${this.#name}. Say '${this.#spec}?' if it may be left out.`)
    }
    const remedy = kind === NULL ? ` Say '${this.#spec}?' if it may be null.` : ' A function takes any value.'
    const seen = kind === QUOTED || kind === ESCAPED ? JSON.stringify(record.text(field)) : record.text(field)
    throw new BadInputError(`${this.#name} is ${seen}, which is no ${this.#type}.${remedy}`)
  }

  #value(record: FoundFields, field: number, kind: number): unknown {
    const isText = kind === QUOTED || kind === ESCAPED
    switch (this.#type) {
      case 'string':
        return isText ? this.#texts.read(record, field) : undefined
      case 'number':
        return kind === NUMBER ? numberIn(record, field) : undefined
      case 'boolean':
        return kind === TRUE ? true : kind === FALSE ? false : undefined
      default: {
        const time = isText ? timeIn(record, field, kind) : Number.NaN
        if (Number.isNaN(time)) return undefined
        return this.#type === 'time' ? time : new Date(time)
      }
    }
  }
}

function numberIn(record: FoundFields, field: number): number | undefined {
  const number = plainNumberIn(record.bytes, record.starts[field] as number, record.ends[field] as number)
  return Number.isNaN(number) ? numberOf(record.text(field)) : number
}

function timeIn(record: FoundFields, field: number, kind: number): number {
  if (kind === QUOTED) {
    const time = plainTimeIn(record.bytes, record.starts[field] as number, record.ends[field] as number)
    if (!Number.isNaN(time)) return time
  }
  return timeOf(record.text(field))
}
