/** `splitLines` and `joinLines`: lines out of bytes, and bytes out of lines. */

import {
  BadInputError,
  type Context,
  describe,
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
} from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { asBuffer, cutLines, type LineRules, lastLine, noLine, type PartialLine } from './line-cutter.ts'
import { checkWellFormed } from './well-formed.ts'

/** Options of {@link splitLines}. */
export interface SplitLinesOptions {
  /** Bytes of one line at most; a longer one fails the run. Default 1,048,576. */
  readonly maxLineBytes?: number
  /** How bytes are to be read. Default `utf8`; `latin1` takes any bytes. Text is taken as it is. */
  readonly encoding?: 'utf8' | 'latin1'
}

/**
 * Cuts chunks of bytes, or of text, into lines, without their line ends (`\n` or `\r\n`): UTF-8, wherever the chunks are
 * cut, also within a character. LogicSponge's LineSplitter.
 *
 * A last line needs no line end. A byte order mark is kept. Stateful: the line that has begun, `maxLineBytes` at most.
 * Holds nothing back, keeps the order. For a file, `lines` is faster.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with one if an item is neither bytes nor text,
 * and with a `BadInputError` if a line is longer, or is no UTF-8, or a text holds half a character (a lone surrogate).
 *
 * @example
 * ```ts
 * import { fromIterable, splitLines, toArray } from 'millrace/terms'
 *
 * const chunks = [Buffer.from('to b'), Buffer.from('e\nor '), Buffer.from('not')]
 * console.log(await toArray(fromIterable(chunks).pipe(splitLines()))) // [ 'to be', 'or not' ]
 * ```
 */
export function splitLines(
  options: SplitLinesOptions = {},
): KernelTerm<Uint8Array | string, string, PartialLine> {
  checkOptions('splitLines', options, { maxLineBytes: true, encoding: true })
  const { maxLineBytes = 1024 * 1024, encoding = 'utf8' } = options
  checkWhole('maxLineBytes of splitLines()', maxLineBytes, 1)
  if (encoding !== 'utf8' && encoding !== 'latin1') {
    throw new InvalidOptionError('encoding of splitLines()', encoding, '"utf8" or "latin1"')
  }
  const remedy =
    'If it is text in another encoding, decode it before, or say encoding: "latin1", which takes any bytes.'
  const rules: LineRules = { owner: 'splitLines', maxLineBytes, encoding, remedy }
  const f = (chunk: Uint8Array | string, { state }: Context<PartialLine, string>): string[] =>
    cutLines(rules, state, bytesOf(rules.owner, state, chunk, encoding))
  return kernelTerm<Uint8Array | string, string, PartialLine>(
    'splitLines',
    { kind: 'expand', self: {}, f },
    {
      initialState: noLine,
      end: ({ state }) => {
        checkWellFormed(`An item of ${rules.owner}()`, state.half)
        return lastLine(rules, state)
      },
    },
  )
}

/**
 * The bytes of a chunk. A text that ends within a character leaves its half in `state` for the next one.
 *
 * @throws {InvalidOptionError} if it is neither bytes nor text. @throws {BadInputError} for half a character elsewhere.
 */
export function bytesOf(
  owner: string,
  state: { half: string },
  chunk: unknown,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Buffer {
  if (typeof chunk === 'string') {
    let text = state.half + chunk
    const last = text.charCodeAt(text.length - 1)
    const isHalf = last >= 0xd800 && last <= 0xdbff
    state.half = isHalf ? text.slice(-1) : ''
    if (isHalf) text = text.slice(0, -1)
    checkWellFormed(`An item of ${owner}()`, text)
    if (encoding === 'latin1' && /[^\0-\xff]/.test(text)) {
      throw new BadInputError(
        `${owner}() with encoding "latin1" got a text with other characters: ${describe(chunk)}.`,
      )
    }
    return Buffer.from(text, encoding)
  }
  checkWellFormed(`An item of ${owner}()`, state.half)
  if (chunk instanceof Uint8Array) return asBuffer(chunk)
  throw new InvalidOptionError(`An item of ${owner}()`, chunk, 'bytes or a text')
}

/** Options of {@link joinLines}. */
export interface JoinLinesOptions {
  /** Characters gathered before a chunk is given. Default 65,536. */
  readonly chunkChars?: number
}

/**
 * Makes chunks of bytes of lines, each with `\n` behind it: UTF-8. Undoes `splitLines`.
 *
 * Lines are gathered, so that what comes behind has fewer and larger chunks to deal with; the last chunk leaves at the
 * end. Stateful: the text of one chunk. Keeps the order.
 *
 * @throws {InvalidOptionError} if `chunkChars` is out of range; the run fails with one if an item is no text, and with a
 * `BadInputError` if a text holds half a character (a lone surrogate).
 *
 * @example
 * ```ts
 * import { fromIterable, joinLines, map, toArray } from 'millrace/terms'
 *
 * const bytes = fromIterable(['to be', 'or not']).pipe(joinLines())
 * console.log(await toArray(bytes.pipe(map(({ length }) => length)))) // [ 13 ]
 * ```
 */
export function joinLines(options: JoinLinesOptions = {}): KernelTerm<string, Uint8Array, string> {
  checkOptions('joinLines', options, { chunkChars: true })
  const { chunkChars = 64 * 1024 } = options
  checkWhole('chunkChars of joinLines()', chunkChars, 1)
  const f = (line: string, ctx: Context<string, Uint8Array>): Uint8Array | undefined => {
    if (typeof line !== 'string') throw new InvalidOptionError('An item of joinLines()', line, 'a text')
    checkWellFormed('An item of joinLines()', line)
    ctx.state += `${line}\n`
    if (ctx.state.length < chunkChars) return undefined
    const chunk = Buffer.from(ctx.state)
    ctx.state = ''
    return chunk
  }
  return kernelTerm<string, Uint8Array, string>(
    'joinLines',
    { kind: 'apply', self: {}, f },
    { initialState: () => '', end: ({ state }) => (state === '' ? [] : [Buffer.from(state)]) },
  )
}
