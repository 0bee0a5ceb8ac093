/** `CsvCast`: the option `cast` of what reads CSV, and its check. */

import { InvalidOptionError } from '@millrace/core'
import { checkFunction } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'

/** How the fields of a CSV file become values: see the option `cast` of `csv`. */
export type CsvCast = boolean | Readonly<Record<string, (field: string) => unknown>>

/** @throws {InvalidOptionError} if it is neither a boolean nor a record of functions. */
export function checkCast(owner: string, cast: CsvCast = false): CsvCast {
  if (typeof cast === 'boolean') return cast
  if (!isPlainRecord(cast)) {
    throw new InvalidOptionError(`cast of ${owner}()`, cast, 'true, false or a record of functions')
  }
  for (const [column, f] of Object.entries(cast)) checkFunction(`cast.${column} of ${owner}`, f)
  return { ...cast }
}
