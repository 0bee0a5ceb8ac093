/** `splitterOf`: the fields of one delimited line. Called by `lineParser`. Internal. */

import { csvFormat } from '../csv/format.ts'
import { CsvFault, RecordScanner } from '../csv/record-scanner.ts'
import { utf8Of } from '../format/well-formed.ts'

/** How lines are cut. */
export interface FieldMarks {
  readonly delimiter: string
  readonly quote: string | false
  readonly trim: boolean
}

const LINE_END = /[\r\n]/

/** Cuts a line at its delimiters; what stands in quotes is one field. Throws if quotes are not in order. */
export function splitterOf(marks: FieldMarks): (line: string) => string[] {
  const { delimiter, quote, trim } = marks
  const scanner = new RecordScanner(
    csvFormat('lineParser', { ...marks, maxRecordChars: Number.MAX_SAFE_INTEGER }),
  )
  return (line) => {
    if ((quote !== false && line.includes(quote)) || LINE_END.test(line)) return scan(scanner, line)
    const fields = line.split(delimiter)
    return trim ? fields.map((field) => field.trim()) : fields
  }
}

function scan(scanner: RecordScanner, line: string): string[] {
  const bytes = utf8Of(line)
  if (bytes === undefined) throw new CsvFault(1, 'it has half of a surrogate pair, which is no text.')
  scanner.take(bytes)
  scanner.line = 1
  if (scanner.next(0, true) === bytes.length) return scanner.texts()
  throw new CsvFault(1, 'it has a line break outside of quotes. Lines come from lineSplitter() or lines().')
}
