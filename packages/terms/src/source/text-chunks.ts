/**
 * `textChunks`: sees to it that bytes are the text that they are taken for. Called by sources that read text: a decoder
 * would put U+FFFD in the place of what is no UTF-8, and nobody would notice.
 */

import { isUtf8 } from 'node:buffer'
import { BadInputError } from '@millrace/core'
import { asBuffer } from '../format/line-cutter.ts'

/** Bytes of a character at most. */
const MAX_BYTES = 4

/**
 * The same chunks, which begin at byte `from` of the file.
 *
 * @throws {BadInputError} for what is no UTF-8 but should be; it names the file and the byte.
 */
export function textChunks(
  path: string,
  chunks: AsyncIterable<Buffer>,
  encoding: unknown,
  from = 0,
): AsyncIterable<Buffer> {
  return isUtf8Name(encoding) ? utf8Chunks(path, chunks, from) : chunks
}

/** @throws {BadInputError} if `text`, which begins at byte `at` of the file and ends with a character, is no UTF-8. */
export function checkText(path: string, text: Buffer, at: number, encoding: unknown): void {
  if (!isUtf8Name(encoding) || isUtf8(text)) return
  const check = new Utf8Check(`The file ${path}`, FILE_REMEDY, at)
  check.push(text)
  check.end()
}

async function* utf8Chunks(
  path: string,
  chunks: AsyncIterable<Buffer>,
  from: number,
): AsyncGenerator<Buffer, void, undefined> {
  const check = new Utf8Check(`The file ${path}`, FILE_REMEDY, from)
  for await (const chunk of chunks) {
    check.push(chunk)
    yield chunk
  }
  check.end()
}

const FILE_REMEDY = '. If it is packed, its name must end in .gz'

/** A check of bytes that are to be decoded with `encoding`; none where they may be any bytes. */
export function checkOf(encoding: unknown, what: string, remedy = ''): Utf8Check | undefined {
  return isUtf8Name(encoding) ? new Utf8Check(what, remedy) : undefined
}

function isUtf8Name(encoding: unknown): boolean {
  return /^utf-?8$/i.test(String(encoding))
}

/** Whether bytes that come in chunks are UTF-8: a decoder would put U+FFFD for what is not, and nothing would tell. */
export class Utf8Check {
  readonly #what: string
  readonly #remedy: string
  /** Bytes before what comes next. */
  #passed: number
  /** The begin of a character that goes on in the next chunk. */
  #begun: Buffer = Buffer.alloc(0)

  /** `what` begins messages, `remedy` goes on with what they advise; `from` is the place of the first byte. */
  constructor(what: string, remedy = '', from = 0) {
    this.#what = what
    this.#remedy = remedy
    this.#passed = from
  }

  /** @throws {BadInputError} if it cannot be UTF-8, whatever follows. */
  push(chunk: Uint8Array): void {
    const text = this.#begun.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#begun, chunk])
    const whole = text.length - unfinished(text)
    if (!isUtf8(text.subarray(0, whole))) throw this.#error(text)
    this.#begun = Buffer.from(text.subarray(whole))
    this.#passed += chunk.length
  }

  /** Nothing follows. @throws {BadInputError} if a character is not complete. */
  end(): void {
    if (this.#begun.length > 0) throw this.#error(this.#begun)
  }

  #error(text: Buffer): BadInputError {
    const at = this.#passed - this.#begun.length + wrongByte(text)
    return new BadInputError(
      `${this.#what} is no text in UTF-8: byte ${at} is wrong. If it is text, say how it is encoded: ` +
        `encoding: "latin1" takes any bytes${this.#remedy}.`,
    )
  }
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

/** The first byte that is not part of a character. */
export function wrongByte(text: Buffer): number {
  let at = 0
  while (at < text.length) {
    const length = bytesOf(text[at] as number)
    if (at + length > text.length || !isUtf8(text.subarray(at, at + length))) break
    at += length
  }
  return at
}
