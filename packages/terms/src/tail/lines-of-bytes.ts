/** `LinesOfBytes`: cuts what is read of files that grow into lines. Made by `lineTail` and `globTail` for each run. */

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

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
