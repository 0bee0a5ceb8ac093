/** `invalidCsv`: what a run fails with when a file is no CSV. */

import { BadInputError } from '@millrace/core'
import type { CsvFault } from './record-scanner.ts'

/** Names the file and the line. */
export function invalidCsv(path: string, fault: CsvFault): BadInputError {
  const message = `The file ${path} is no valid CSV at line ${fault.line}: ${fault.message}`
  return new BadInputError(message, { cause: fault.cause ?? fault })
}
