/** Cuts bytes that come in chunks into lines. Used by `splitLines` and `exec`. The state is plain data. */

import { isUtf8 } from 'node:buffer'
import { BadInputError } from '@millrace/core'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** The begin of the line that the next chunk goes on with. */
export interface PartialLine {
  readonly pieces: Uint8Array[]
  bytes: number
  /** Half a character that a chunk of text ended with; empty if none. */
  half: string
}

/** How lines are to be read, and messages to begin. */
export interface LineRules {
  readonly owner: string
  readonly maxLineBytes: number
  readonly encoding: 'utf8' | 'latin1'
  /** What to do about bytes that are no UTF-8. */
  readonly remedy: string
}

/** No line begun. */
export function noLine(): PartialLine {
  return { pieces: [], bytes: 0, half: '' }
}

/** The lines that are complete with this chunk. In UTF-8 no character but the newline has its byte. */
export function cutLines(rules: LineRules, state: PartialLine, chunk: Uint8Array): string[] {
  const lines: string[] = []
  let at = 0
  for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
    keep(rules, state, chunk.subarray(at, end))
    lines.push(takeLine(rules, state))
    at = end + 1
  }
  // a copy: the rest of a chunk must not keep all of it in memory
  if (at < chunk.length) keep(rules, state, chunk.slice(at))
  return lines
}

/** The last line, which needs no line end; none if there is nothing of it. */
export function lastLine(rules: LineRules, state: PartialLine): string[] {
  return state.bytes > 0 ? [takeLine(rules, state)] : []
}

function keep({ owner, maxLineBytes }: LineRules, state: PartialLine, piece: Uint8Array): void {
  state.bytes += piece.length
  if (state.bytes > maxLineBytes) {
    throw new BadInputError(
      `${owner}() got a line of more than ${maxLineBytes} bytes. Raise maxLineBytes, or see whether these are lines.`,
    )
  }
  if (piece.length > 0) state.pieces.push(piece)
}

function takeLine({ owner, encoding, remedy }: LineRules, state: PartialLine): string {
  const [only] = state.pieces
  const line = state.pieces.length === 1 && only !== undefined ? asBuffer(only) : Buffer.concat(state.pieces)
  state.pieces.length = 0
  state.bytes = 0
  const end = line.at(-1) === RETURN ? line.length - 1 : line.length
  if (encoding === 'utf8' && !isUtf8(line)) {
    throw new BadInputError(
      `${owner}() got a line that is no text in UTF-8; it begins ${JSON.stringify(line.toString('latin1', 0, 40))}. ${remedy}`,
    )
  }
  return line.toString(encoding, 0, end)
}

/** The same bytes, as Node's kind of array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
