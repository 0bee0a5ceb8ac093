/** Cuts bytes that come in chunks into lines. Used by `splitLines` and `exec`. The state is plain data. */

import { BadInputError } from '@millrace/core'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** The begin of the line that the next chunk goes on with. */
export interface PartialLine {
  readonly pieces: Uint8Array[]
  bytes: number
}

/** No line begun. */
export function noLine(): PartialLine {
  return { pieces: [], bytes: 0 }
}

/** The lines that are complete with this chunk. In UTF-8 no character but the newline has its byte. */
export function cutLines(
  owner: string,
  state: PartialLine,
  chunk: Uint8Array,
  maxLineBytes: number,
): string[] {
  const lines: string[] = []
  let at = 0
  for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
    keep(owner, state, chunk.subarray(at, end), maxLineBytes)
    lines.push(takeLine(state))
    at = end + 1
  }
  // a copy: the rest of a chunk must not keep all of it in memory
  if (at < chunk.length) keep(owner, state, chunk.slice(at), maxLineBytes)
  return lines
}

/** The last line, which needs no line end; none if there is nothing of it. */
export function lastLine(state: PartialLine): string[] {
  return state.bytes > 0 ? [takeLine(state)] : []
}

function keep(owner: string, state: PartialLine, piece: Uint8Array, maxLineBytes: number): void {
  state.bytes += piece.length
  if (state.bytes > maxLineBytes) {
    throw new BadInputError(
      `${owner}() got a line of more than ${maxLineBytes} bytes. Raise maxLineBytes, or see whether these are lines.`,
    )
  }
  if (piece.length > 0) state.pieces.push(piece)
}

function takeLine(state: PartialLine): string {
  const [only] = state.pieces
  const line = state.pieces.length === 1 && only !== undefined ? asBuffer(only) : Buffer.concat(state.pieces)
  state.pieces.length = 0
  state.bytes = 0
  const end = line.at(-1) === RETURN ? line.length - 1 : line.length
  return line.toString('utf8', 0, end)
}

/** The same bytes, as Node's kind of array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
