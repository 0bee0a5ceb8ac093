/** `methodOf`: the method that a class of the user's must have. Called by the kernels of `SourceTerm` and its like. */

import { InvalidOptionError } from '../errors.ts'

/**
 * The method `method` of a term. TypeScript asks for it; a class in plain JavaScript may lack it, or spell it otherwise.
 *
 * @throws {InvalidOptionError} if there is none.
 */
export function methodOf<Method>(term: object & { readonly name: string }, method: string): Method {
  const f = (term as Readonly<Record<string, unknown>>)[method]
  if (typeof f === 'function') return f as Method
  throw new InvalidOptionError(`${method} of the term "${term.name}"`, f, 'a method of its class')
}
