/** `CsvRecords`: csv-parse's parser, driven chunk by chunk. Called by `csv`. */

import { BadInputError, messageOf } from '@millrace/core'
import { CsvError, type Options, Parser } from 'csv-parse'

/** What is done to the fields of a record, in place; `undefined` leaves them as they are. */
export type CastRecord = ((record: Record<string, unknown>) => void) | undefined

/** Parses chunks of a file to records. */
export class CsvRecords {
  readonly #parser: Gatherer
  readonly #path: string

  constructor(path: string, options: Options, cast: CastRecord) {
    this.#path = path
    this.#parser = new Gatherer(options, cast)
  }

  /** The records that are complete with this chunk. @throws {BadInputError} naming file and line. */
  push(chunk: Buffer): Promise<readonly unknown[]> {
    return this.#after((done) => this.#parser.write(chunk, done))
  }

  /** The last records. @throws {BadInputError} naming file and line. */
  end(): Promise<readonly unknown[]> {
    return this.#after((done) => this.#parser.end(done))
  }

  #after(step: (done: (error?: Error | null) => void) => void): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error | null): void => {
        if (error) reject(this.#explain(error))
        else resolve(this.#parser.gathered())
      }
      try {
        step(done)
      } catch (error) {
        reject(this.#explain(error))
      }
    })
  }

  #explain(cause: unknown): BadInputError {
    const line = cause instanceof CsvError ? cause['lines'] : this.#parser.info.lines
    const remedy = cause instanceof CsvError ? (REMEDIES[cause.code] ?? '') : ''
    const reason = `${messageOf(cause).replace(/\.$/, '')}.${remedy}`
    return new BadInputError(`The file ${this.#path} is no valid CSV at line ${line}: ${reason}`, { cause })
  }
}

/** What can be done about what csv-parse found, by its code. */
const REMEDIES: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: ' If records may be longer or shorter, say ragged: true.',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: ' If records may be longer or shorter, say ragged: true.',
  CSV_QUOTE_NOT_CLOSED: ' If quotes mean nothing in this file, say quote: false.',
  INVALID_OPENING_QUOTE: ' If quotes mean nothing in this file, say quote: false.',
  CSV_INVALID_CLOSING_QUOTE: ' If quotes mean nothing in this file, say quote: false.',
  CSV_MAX_RECORD_SIZE: ' Is a quote never closed? If not, raise maxRecordChars.',
}

/** Keeps the records in an array; pushed through the stream one by one they would take twice as long. */
class Gatherer extends Parser {
  readonly #cast: CastRecord
  #records: unknown[] = []

  constructor(options: Options, cast: CastRecord) {
    super(options)
    this.#cast = cast
    this.on('error', () => undefined) // the callbacks of `write` and `end` tell it
  }

  override push(record: unknown): boolean {
    if (record === null) return super.push(null)
    this.#cast?.(record as Record<string, unknown>)
    this.#records.push(record)
    return true
  }

  /** What was gathered since the last call. */
  gathered(): readonly unknown[] {
    const records = this.#records
    this.#records = []
    return records
  }
}
