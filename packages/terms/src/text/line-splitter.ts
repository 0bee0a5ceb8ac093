/** `lineSplitter`: lines out of text that comes in pieces. */

import { BadInputError, type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'

/** Options of {@link lineSplitter}. */
export interface LineSplitterOptions {
  /** Characters of one line at most: a file without line ends is found by it. Default 1,048,576. */
  readonly maxLineChars?: number
}

/** The begin of the line that the next piece goes on with, and whether any text has come. */
export interface LineSplitterState {
  begin: string
  isBegun: boolean
}

/**
 * Cuts text that comes in pieces into lines, without their line ends (`\n` or `\r\n`), wherever the pieces begin.
 *
 * LogicSponge's LineSplitter; Pekko's `Framing.delimiter`. For the lines of a file, `lines` is quicker. A byte order
 * mark is left out; a last line needs no line end. Stateful: the line that has not ended yet, up to `maxLineChars`.
 * Keeps the order, holds nothing else back.
 *
 * @throws {InvalidOptionError} if `maxLineChars` is no whole number from 1 on. A longer line, or an item that is no
 * text, fails the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, lineSplitter, toArray } from 'millrace/terms'
 *
 * const pieces = fromIterable(['to b', 'e\r', '\nor not\nto', ' be'])
 * console.log(await toArray(pieces.pipe(lineSplitter()))) // [ 'to be', 'or not', 'to be' ]
 * ```
 */
export function lineSplitter(
  options: LineSplitterOptions = {},
): KernelTerm<string, string, LineSplitterState> {
  checkOptions('lineSplitter', options, { maxLineChars: true })
  const { maxLineChars = 1024 * 1024 } = options
  checkWhole('maxLineChars of lineSplitter()', maxLineChars, 1)
  const f = (piece: string, ctx: Context<LineSplitterState>): string[] => {
    if (typeof piece !== 'string') {
      throw new BadInputError('lineSplitter() takes pieces of text. Decode bytes before it.')
    }
    if (piece === '') return []
    const rest = ctx.state
    const text = !rest.isBegun && piece.charCodeAt(0) === 0xfeff ? piece.slice(1) : piece
    rest.isBegun = true
    const complete = text.split('\n')
    // only pieces are split, never what was kept: a very long line would be scanned again and again
    complete[0] = rest.begin + (complete[0] as string)
    rest.begin = complete.pop() as string
    if (rest.begin.length > maxLineChars) throw tooLong(maxLineChars)
    return complete.map((line) => whole(line, maxLineChars))
  }
  return kernelTerm<string, string, LineSplitterState>(
    'lineSplitter',
    { kind: 'expand', self: {}, f },
    {
      initialState: () => ({ begin: '', isBegun: false }),
      end: ({ state }) => (state.begin === '' ? [] : [state.begin]),
    },
  )
}

function whole(line: string, maxLineChars: number): string {
  if (line.length > maxLineChars) throw tooLong(maxLineChars)
  return line.charCodeAt(line.length - 1) === 0x0d ? line.slice(0, -1) : line
}

function tooLong(maxLineChars: number): BadInputError {
  return new BadInputError(
    `lineSplitter() met a line of more than ${maxLineChars} characters. Is it text? If so, raise maxLineChars.`,
  )
}
