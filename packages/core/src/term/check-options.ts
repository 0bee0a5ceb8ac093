/** The one rule for the names of a term's options. Called when a term is made, by core and by `@millrace/terms`. */

import { InvalidOptionError } from '../errors.ts'
import { nearest } from '../params/nearest.ts'

/** The names of all members of a union. */
type NameOf<Options> = Options extends unknown ? keyof Options & string : never

/**
 * Finds names with a slip, as TypeScript does, in JavaScript too. The compiler sees to it that `names` are all that there are.
 *
 * @throws {InvalidOptionError} for options that are no record, and for a name that is none of them.
 */
export function checkOptions<Options extends object>(
  owner: string,
  options: Options,
  names: Readonly<Record<NameOf<Options>, true>>,
): void {
  const known = Object.keys(names)
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(`The options of ${owner}()`, options, `a record of ${known.join(', ')}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    const near = nearest(name, known)
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`
    throw new InvalidOptionError(`An option of ${owner}()`, name, `one of ${known.join(', ')}${hint}`)
  }
}
