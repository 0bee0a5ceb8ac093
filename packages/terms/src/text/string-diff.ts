/** `stringDiff`: what was appended to a text that comes whole each time. */

import { BadInputError, type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'

/** Options of {@link stringDiff}. */
export interface StringDiffOptions {
  /**
   * What to do with a text that does not begin with the one before it: `restart` passes on all of it, as a new
   * text; `fail` ends the run with an error. Default `restart`.
   */
  readonly onRewrite?: 'restart' | 'fail'
}

/**
 * Takes a text that comes whole again and again, and gives what was appended since the last time; nothing where
 * nothing was.
 *
 * LogicSponge's StringDiff, to go between a source that polls (`httpPoll`, `fileWatch`) and `lineSplitter`. Stateful: the
 * last text, as long as its source lets it be. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `onRewrite` is unknown. An item that is no text, or a rewritten text with `fail`,
 * fails the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, stringDiff, toArray } from 'millrace/terms'
 *
 * const texts = fromIterable(['a', 'a', 'a\nb', 'new'])
 * console.log(await toArray(texts.pipe(stringDiff()))) // [ 'a', '\nb', 'new' ]
 * ```
 */
export function stringDiff(options: StringDiffOptions = {}): KernelTerm<string, string, string> {
  checkOptions('stringDiff', options, { onRewrite: true })
  const { onRewrite = 'restart' } = options
  if (onRewrite !== 'restart' && onRewrite !== 'fail') {
    throw new InvalidOptionError('onRewrite of stringDiff()', onRewrite, '"restart" or "fail"')
  }
  const f = (text: string, ctx: Context<string>): string | undefined => {
    if (typeof text !== 'string') throw new BadInputError('stringDiff() takes texts. Decode bytes before it.')
    const last = ctx.state
    ctx.state = text
    const goesOn = text.startsWith(last)
    if (!goesOn && onRewrite === 'fail') {
      throw new BadInputError(
        `A text for stringDiff() does not begin with the one before it: ${last.length} characters came before, ` +
          `${text.length} now. With onRewrite: "restart" it would be taken as a new text.`,
      )
    }
    const appended = goesOn ? text.slice(last.length) : text
    return appended === '' ? undefined : appended
  }
  return kernelTerm<string, string, string>(
    'stringDiff',
    { kind: 'apply', self: {}, f },
    { initialState: () => '' },
  )
}
