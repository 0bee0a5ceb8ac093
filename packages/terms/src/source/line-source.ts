/**
 * `LineSource`: what sources have in common whose items are made of the lines of one file, read as a whole or split by
 * split. Extended by `lines` and `ndjson`.
 */

import { StringDecoder } from 'node:string_decoder'
import type { SplitRequest } from '@millrace/core'
import { FileSource } from './file-source.ts'
import { type FileSplit, lineNumberAt, splitsOf, useLinesOf } from './file-splits.ts'
import { checkText, textChunks } from './text-chunks.ts'

const NEWLINE = 0x0a
/** In these the byte of a newline is nothing else, so that lines can be found among bytes. */
const BYTEWISE: readonly BufferEncoding[] = ['utf8', 'utf-8', 'latin1', 'binary', 'ascii']

/** A source that makes items of the lines of a file. */
export abstract class LineSource<Item> extends FileSource<Item> {
  readonly #encoding: BufferEncoding
  readonly #splitBytes: number | undefined
  /** The byte behind each batch's last line; only where the file can be read from there. */
  readonly #behind = new WeakMap<readonly Item[], number>()

  /** @param splitBytes of each split; `undefined`: by the size of the file */
  constructor(path: string, encoding: BufferEncoding, splitBytes: number | undefined) {
    super(path)
    this.#encoding = encoding
    this.#splitBytes = splitBytes
  }

  /** The items of some lines; `firstLine` tells the number of the first one, from 1, for messages. */
  protected abstract itemsOf(lines: string[], firstLine: () => number): Item[]

  protected override byteBehind(batch: readonly Item[]): number | undefined {
    return this.#behind.get(batch)
  }

  override splits(request: SplitRequest): Iterable<FileSplit> | undefined {
    return BYTEWISE.includes(this.#encoding) ? splitsOf(this.path, request, this.#splitBytes) : undefined
  }

  override openSplit(split: FileSplit): readonly Item[] {
    return useLinesOf(this.path, split, (bytes, at) => {
      checkText(this.path, bytes, at, this.#encoding)
      const lines = new LineSplitter(at === 0).end(bytes.toString(this.#encoding))
      return this.itemsOf(lines, () => lineNumberAt(this.path, at))
    })
  }

  protected override async *parse(
    chunks: AsyncIterable<Buffer>,
    from: number,
  ): AsyncGenerator<readonly Item[], void, undefined> {
    const decoder = new StringDecoder(this.#encoding)
    const splitter = new LineSplitter(from === 0)
    const canSeek = BYTEWISE.includes(this.#encoding) && !this.path.endsWith('.gz')
    let at = from
    let passed = 0
    const firstLine = (): number => passed + (from === 0 ? 1 : lineNumberAt(this.path, from))
    const take = (lines: string[], behind: number): Item[] => {
      const items = this.itemsOf(lines, firstLine)
      passed += lines.length
      if (canSeek) this.#behind.set(items, behind)
      return items
    }
    for await (const chunk of textChunks(this.path, chunks, this.#encoding)) {
      const complete = splitter.push(decoder.write(chunk))
      if (complete.length > 0) yield take(complete, at + chunk.lastIndexOf(NEWLINE) + 1)
      at += chunk.length
    }
    const rest = splitter.end(decoder.end())
    if (rest.length > 0) yield take(rest, at)
  }
}

/** Cuts text that comes in pieces into lines. */
class LineSplitter {
  /** The begin of the line that the next piece goes on with. */
  #begin = ''
  #atStart: boolean
  /** Whether any `\r` was seen; files without one need no second look at each line. */
  #hasReturns = false

  /** @param atStart whether a byte order mark may come first. */
  constructor(atStart: boolean) {
    this.#atStart = atStart
  }

  /** The lines that are complete now. */
  push(text: string): string[] {
    if (text === '') return []
    if (this.#atStart) {
      this.#atStart = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    this.#hasReturns ||= text.includes('\r')
    const pieces = text.split('\n')
    // only pieces are split, never what was kept: a very long line would be scanned again and again
    pieces[0] = this.#begin + (pieces[0] as string)
    this.#begin = pieces.pop() as string
    if (this.#hasReturns) stripReturns(pieces)
    return pieces
  }

  /** The last lines, given the last piece of text. */
  end(text: string): string[] {
    const complete = this.push(text)
    if (this.#begin !== '') complete.push(this.#begin)
    this.#begin = ''
    return complete
  }
}

function stripReturns(complete: string[]): void {
  for (let i = 0; i < complete.length; i++) {
    const line = complete[i] as string
    if (line.charCodeAt(line.length - 1) === 0x0d) complete[i] = line.slice(0, -1)
  }
}
