/** `splitLines` and `joinLines`: lines out of bytes, and bytes out of lines. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole } from '../check.ts'
import { asBuffer, cutLines, lastLine, noLine, type PartialLine } from './line-cutter.ts'

/** Options of {@link splitLines}. */
export interface SplitLinesOptions {
  /** Bytes of one line at most; a longer one fails the run. Default 1,048,576. */
  readonly maxLineBytes?: number
}

/**
 * Cuts chunks of bytes, or of text, into lines, without their line ends (`\n` or `\r\n`): UTF-8, wherever the chunks are
 * cut. LogicSponge's LineSplitter.
 *
 * A last line needs no line end. A byte order mark is kept. Stateful: the line that has begun, `maxLineBytes` at most.
 * Holds nothing back, keeps the order. For a file, `lines` is faster.
 *
 * @throws {InvalidOptionError} if `maxLineBytes` is out of range; the run fails with one if an item is neither bytes nor
 * text, and with a `BadInputError` if a line is longer.
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
  const { maxLineBytes = 1024 * 1024 } = options
  checkWhole('maxLineBytes of splitLines()', maxLineBytes, 1)
  const f = (chunk: Uint8Array | string, { state }: Context<PartialLine, string>): string[] =>
    cutLines('splitLines', state, bytesOf('splitLines', chunk), maxLineBytes)
  return kernelTerm<Uint8Array | string, string, PartialLine>(
    'splitLines',
    { kind: 'expand', self: {}, f },
    { initialState: noLine, end: ({ state }) => lastLine(state) },
  )
}

/** The bytes of a chunk. @throws {InvalidOptionError} if it is neither bytes nor text. */
export function bytesOf(owner: string, chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk)
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
 * @throws {InvalidOptionError} if `chunkChars` is out of range; the run fails with one if an item is no text.
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
  const { chunkChars = 64 * 1024 } = options
  checkWhole('chunkChars of joinLines()', chunkChars, 1)
  const f = (line: string, ctx: Context<string, Uint8Array>): Uint8Array | undefined => {
    if (typeof line !== 'string') throw new InvalidOptionError('An item of joinLines()', line, 'a text')
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
