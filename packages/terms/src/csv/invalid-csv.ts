/** `invalidCsv`: what a run fails with when a file is no CSV. */

import { BadInputError } from '@millrace/core'
import type { CsvFault } from './record-scanner.ts'

/** Names the file and the line, where `linesBefore` come before what was parsed. */
export function invalidCsv(path: string, fault: CsvFault, linesBefore = 0): BadInputError {
  const { line, openedAt, message } = fault
  const opened = openedAt === undefined ? '' : ` The quote is opened at line ${openedAt + linesBefore}.`
  return new BadInputError(
    `The file ${path} is no valid CSV at line ${line + linesBefore}: ${message}${opened}`,
    {
      cause: fault.cause ?? fault,
    },
  )
}
