/** `--param name=value`: how parameters of a graph are given on the command line. Values stay text. */

import { BadInputError } from '@millrace/core'

/** Parameters as a graph module's builder gets them. */
export type Parameters = Readonly<Record<string, string>>

/**
 * The parameters with one more; everything after the first `=` is its value.
 *
 * @throws {BadInputError} without a name or an `=`, and for a name that was given before: to let the last one win
 * would hide a mistake.
 */
export function addParameter(text: string, before: Parameters): Parameters {
  const at = text.indexOf('=')
  if (at < 1) throw new BadInputError('Write it as name=value.')
  const name = text.slice(0, at)
  const value = text.slice(at + 1)
  const first = Object.hasOwn(before, name) ? before[name] : undefined
  if (first !== undefined) {
    throw new BadInputError(`The parameter "${name}" was given before, as ${JSON.stringify(first)}.`)
  }
  // fromEntries, since assigning the name __proto__ would set no property
  return Object.fromEntries([...Object.entries(before), [name, value]])
}
