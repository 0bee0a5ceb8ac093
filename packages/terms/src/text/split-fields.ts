/** `splitterOf`: the fields of one delimited line. Called by `lineParser`. Internal. */

import { csvParse } from '../libraries.ts'

/** How lines are cut. */
export interface FieldMarks {
  readonly delimiter: string
  readonly quote: string | false
  readonly trim: boolean
}

/** Cuts a line at its delimiters; what stands in quotes is one field. Throws if quotes are not in order. */
export function splitterOf({ delimiter, quote, trim }: FieldMarks): (line: string) => string[] {
  const options = { delimiter, quote: quote === false ? null : quote, escape: quote || '"', trim }
  return (line) => {
    if (quote !== false && line.includes(quote)) {
      const [fields = []] = csvParse().parse(line, {
        ...options,
        columns: false,
        relax_column_count: true,
      }) as string[][]
      return fields
    }
    const fields = line.split(delimiter)
    return trim ? fields.map((field) => field.trim()) : fields
  }
}
