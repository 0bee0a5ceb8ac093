/** `LinesOfBytes`: cuts what is read of files that grow into lines. Made by `lineTail` and `globTail` for each run. */

import { BadInputError } from '@millrace/core'
import { checkText } from '../source/text-chunks.ts'
import type { ItemCutter } from './contracts.ts'

/** Encodings in which the byte of a newline is nothing else. */
export type LineEncoding = 'utf8' | 'latin1'

const NEWLINE = 0x0a
const BYTE_ORDER_MARK = '\ufeff'

/** Lines without their ends, `\n` or `\r\n`. */
export class LinesOfBytes implements ItemCutter<string> {
  readonly maxBytes: number
  readonly #encoding: LineEncoding

  constructor(encoding: LineEncoding, maxBytes: number) {
    this.#encoding = encoding
    this.maxBytes = maxBytes
  }

  wholeLength(bytes: Buffer): number {
    return bytes.lastIndexOf(NEWLINE) + 1
  }

  itemsOf(bytes: Buffer, at: number, path: string): string[] {
    const lines = this.#textOf(bytes, at, path).split('\n')
    lines.pop()
    if (bytes.length > this.maxBytes) {
      const long = lines.find((line) => Buffer.byteLength(line, this.#encoding) > this.maxBytes)
      if (long !== undefined) throw lineTooLong(path, this.maxBytes, long)
    }
    return lines.map(withoutReturn)
  }

  last(rest: Buffer, at: number, path: string): string[] {
    return rest.length === 0 ? [] : [withoutReturn(this.#textOf(rest, at, path))]
  }

  #textOf(bytes: Buffer, at: number, path: string): string {
    checkText(path, bytes, at, this.#encoding)
    const text = bytes.toString(this.#encoding)
    return at === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  }
}

/** Of a line that begins so. */
export function lineTooLong(path: string, maxBytes: number, begin: string): BadInputError {
  return new BadInputError(
    `The file ${path} has a line of more than ${maxBytes} bytes, which begins ${JSON.stringify(begin.slice(0, 40))}. Raise ` +
      'maxLineBytes, or see whether these are lines.',
  )
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
