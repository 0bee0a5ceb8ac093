/** How the command line reads the values of its options; each mistake is one line that says what is allowed. Used by `cli.ts`. */

import { BadInputError } from '@millrace/core'
import { InvalidArgumentError, Option } from 'commander'
import { addParameter, type Parameters } from './command/parameters.ts'
import { say } from './report/error.ts'

const PARAMETER = 'a parameter of the graph, as text; may be given once for each name'

/** `--param` for commander, which asks for its own class of errors. */
function parameter(text: string, before: Parameters): Parameters {
  try {
    return addParameter(text, before)
  } catch (error) {
    if (error instanceof BadInputError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

/** Some of `allowed`, with commas between them. */
export function namesIn<Name extends string>(text: string, allowed: readonly Name[]): Name[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !allowed.some((other) => other === name))
  if (wrong === undefined) return names as Name[]
  throw new InvalidArgumentError(`"${wrong}" is none. Allowed: ${allowed.join(', ')}.`)
}

/** A port of the machine; 0 is one that is free. */
export function portNumber(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Allowed: 0 to 65535.')
}

/** Items that a tap shows in half a second. */
export function tapLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 100) return limit
  throw new InvalidArgumentError('Allowed: 1 to 100.')
}

/** The number of a group of letters. */
export function groupNumber(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1) return number
  throw new InvalidArgumentError('Allowed: the number of a group, from 1 on.')
}

/** `--param`. */
export function parameterOption(): Option {
  return new Option('-p, --param <name=value>', PARAMETER).argParser(parameter).default({}, 'none')
}

/** Mistakes in the call in one line, with what to do about them. */
export function errorsOf(command: string): { outputError(text: string): void } {
  return {
    outputError(text) {
      const line = text
        .replace(/^error: /, '')
        .replace(/\s+/g, ' ')
        .trim()
      const isHelpful = /Did you mean|Allowed|argument '.*' is invalid/.test(line)
      say(`${line}${isHelpful ? '' : ` See ${command} --help.`} [BAD_ARGUMENT]`)
    },
  }
}

/** Different whole numbers from 1 on, with commas between them. */
export function countsIn(text: string): number[] {
  const counts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const areRight = counts.every((count) => Number.isSafeInteger(count) && count >= 1)
  if (areRight && new Set(counts).size === counts.length) return counts
  throw new InvalidArgumentError('Allowed: different whole numbers from 1 on, with commas between them.')
}

/** A parameter and the values that it is to take one after the other. */
export function varied(text: string): { readonly name: string; readonly values: readonly string[] } {
  const at = text.indexOf('=')
  const values = text.slice(at + 1).split(',')
  if (at >= 1 && new Set(values).size === values.length) return { name: text.slice(0, at), values }
  throw new InvalidArgumentError('Allowed: name=value,value,… with different values.')
}
