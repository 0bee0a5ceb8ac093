/**
 * `textChunks`: sees to it that bytes are the text that they are taken for. Called by sources that read text: a decoder
 * would put U+FFFD in the place of what is no UTF-8, and nobody would notice.
 */

import { isUtf8 } from 'node:buffer'
import { BadInputError } from '@millrace/core'

/** Bytes of a character at most. */
const MAX_BYTES = 4

/** The same chunks, which begin at byte `from` of the file. @throws {BadInputError} for what is no UTF-8 but should be; it names the file and the byte. */
export function textChunks(
  path: string,
  chunks: AsyncIterable<Buffer>,
  encoding: unknown,
  from = 0,
): AsyncIterable<Buffer> {
  return /^utf-?8$/i.test(String(encoding)) ? utf8Chunks(path, chunks, from) : chunks
}

/** @throws {BadInputError} if `text`, which begins at byte `at` of the file and ends with a character, is no UTF-8. */
export function checkText(path: string, text: Buffer, at: number, encoding: unknown): void {
  if (/^utf-?8$/i.test(String(encoding)) && !isUtf8(text)) throw notUtf8(path, text, at)
}

async function* utf8Chunks(
  path: string,
  chunks: AsyncIterable<Buffer>,
  from: number,
): AsyncGenerator<Buffer, void, undefined> {
  let passed = from
  /** The begin of a character that goes on in the next chunk. */
  let begun: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const text = begun.length === 0 ? chunk : Buffer.concat([begun, chunk])
    const whole = text.length - unfinished(text)
    if (!isUtf8(text.subarray(0, whole))) throw notUtf8(path, text, passed - begun.length)
    begun = text.subarray(whole)
    passed += chunk.length
    yield chunk
  }
  if (begun.length > 0) throw notUtf8(path, begun, passed - begun.length)
}

/** Bytes of a piece that are whole characters. */
export function wholeLength(piece: Buffer, encoding: BufferEncoding): number {
  const { length } = piece
  switch (encoding.toLowerCase()) {
    case 'utf8':
    case 'utf-8':
      return length - unfinished(piece)
    case 'utf16le':
    case 'utf-16le':
    case 'ucs2':
    case 'ucs-2': {
      const even = length - (length % 2)
      const isHalf = even > 0 && ((piece[even - 1] as number) & 0xfc) === 0xd8
      return isHalf ? even - 2 : even
    }
    case 'base64':
    case 'base64url':
      return length - (length % 3)
    default:
      return length
  }
}

/** Length of a character at the end that has only begun. */
function unfinished(text: Buffer): number {
  for (let length = 1; length < MAX_BYTES && length <= text.length; length++) {
    const byte = text[text.length - length] as number
    if (byte >= 0xc0) return bytesOf(byte) > length ? length : 0
    if (byte < 0x80) return 0
  }
  return 0
}

/** Bytes of the character that begins so. */
function bytesOf(first: number): number {
  if (first < 0x80) return 1
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
}

function notUtf8(path: string, text: Buffer, before: number): BadInputError {
  let at = 0
  while (at < text.length) {
    const length = bytesOf(text[at] as number)
    if (at + length > text.length || !isUtf8(text.subarray(at, at + length))) break
    at += length
  }
  return new BadInputError(
    `The file ${path} is no text in UTF-8: byte ${before + at} is wrong. If it is text, say how it is encoded: ` +
      'encoding: "latin1" takes any bytes. If it is packed, its name must end in .gz.',
  )
}
