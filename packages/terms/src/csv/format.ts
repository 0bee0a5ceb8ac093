/**
 * `CsvFormat`: how a CSV file is written, checked and as bytes. Made of the options of `csv` and `csvTail`, read by the
 * scanner and the parser. Never touches a file.
 */

import { BadInputError, InvalidOptionError } from '@millrace/core'
import { checkBoolean, checkEncoding, checkWhole } from '../check.ts'

/** The options that say how a CSV file is written. */
export interface CsvFormatOptions {
  /** What is between two fields. Default `,`. */
  readonly delimiter?: string
  /** Names: `true`: those in the first line; a list of names; `false`: records are arrays. Default true. */
  readonly columns?: boolean | readonly string[]
  /** What fields are quoted with; `false` if they never are. Default `"`. */
  readonly quote?: string | false
  /** What stands before a quote within a quoted field. Default: the quote itself. */
  readonly escape?: string
  /** What begins a comment, which goes on to the end of the line. Default: there are none. */
  readonly comment?: string
  /** Whether blanks around fields are left out. Default false. */
  readonly trim?: boolean
  /**
   * Whether records may have fewer or more fields than there are columns. Fields that are missing are absent; those
   * beyond the columns are kept as an array of texts, in the field `_rest`. Default false: both are an error.
   */
  readonly ragged?: boolean
  /** Characters of one record at most: a quote that is never closed is found by it. Default 1,048,576. */
  readonly maxRecordChars?: number
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/** What fields beyond the columns are kept as, in records of a ragged file. */
export const REST = '_rest'

/** A checked format. The marks are as the bytes that the parser sees. */
export interface CsvFormat {
  readonly columns: boolean | readonly string[]
  readonly delimiter: Uint8Array
  readonly quote: Uint8Array | undefined
  readonly escape: Uint8Array
  readonly comment: Uint8Array | undefined
  readonly trim: boolean
  readonly ragged: boolean
  readonly maxRecordChars: number
  /** Of the file. */
  readonly encoding: BufferEncoding
  /** Of the bytes that the parser sees: files in other encodings are translated to UTF-8. */
  readonly isLatin1: boolean
}

/** @throws {InvalidOptionError} for an option that makes no sense; `owner` is the term that has it. */
export function csvFormat(owner: string, options: CsvFormatOptions): CsvFormat {
  const { delimiter = ',', columns = true, quote = '"', comment, trim = false } = options
  const escaping = options.escape ?? (quote === false ? '"' : quote)
  const { ragged = false, maxRecordChars = 1024 * 1024, encoding = 'utf8' } = options
  checkMark(owner, 'delimiter', delimiter)
  checkMark(owner, 'escape', escaping)
  if (quote !== false) checkMark(owner, 'quote', quote)
  if (comment !== undefined) checkMark(owner, 'comment', comment)
  checkApart(owner, { delimiter, quote: quote === false ? undefined : quote, comment })
  checkColumns(owner, columns)
  checkBoolean(`trim of ${owner}()`, trim)
  checkBoolean(`ragged of ${owner}()`, ragged)
  checkWhole(`maxRecordChars of ${owner}()`, maxRecordChars, 1)
  checkEncoding(`encoding of ${owner}()`, encoding)
  const isLatin1 = /^(?:latin1|binary)$/i.test(encoding)
  const bytesOf = (mark: string): Uint8Array => Buffer.from(mark, isLatin1 ? 'latin1' : 'utf8')
  return {
    columns,
    delimiter: bytesOf(delimiter),
    quote: quote === false ? undefined : bytesOf(quote),
    escape: bytesOf(escaping),
    comment: comment === undefined ? undefined : bytesOf(comment),
    trim,
    ragged,
    maxRecordChars,
    encoding,
    isLatin1,
  }
}

function checkMark(owner: string, option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || /[\r\n]/.test(value)) {
    const expected = 'a string of one character or more, without line breaks'
    throw new InvalidOptionError(`${option} of ${owner}()`, value, expected)
  }
}

/** A mark that another begins with could be either. */
function checkApart(owner: string, marks: Readonly<Record<string, string | undefined>>): void {
  for (const [option, mark] of Object.entries(marks)) {
    for (const [other, longer] of Object.entries(marks)) {
      if (option === other || mark === undefined || longer?.startsWith(mark) !== true) continue
      throw new InvalidOptionError(
        `${option} of ${owner}()`,
        mark,
        `a mark that ${other} does not begin with`,
      )
    }
  }
}

function checkColumns(owner: string, columns: unknown): void {
  if (typeof columns === 'boolean') return
  if (!(Array.isArray(columns) && columns.every((name) => typeof name === 'string'))) {
    throw new InvalidOptionError(`columns of ${owner}()`, columns, 'true, false or a list of names')
  }
  checkDistinct(columns, 'Read the file with columns: false, which gives arrays.')
}

/** Of two columns of one name a record would hold only the last. @throws {BadInputError} naming it. */
export function checkDistinct(names: readonly string[], remedy: string): void {
  if (new Set(names).size === names.length) return
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  throw new BadInputError(`two columns are named ${JSON.stringify(twice)}. ${remedy}`)
}
