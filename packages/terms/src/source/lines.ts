/** `lines`: a source of the lines of a text file. */

import { StringDecoder } from 'node:string_decoder'
import type { BatchSourceTerm, Context } from '@millrace/core'
import { checkEncoding } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { FileSource } from './file-source.ts'
import { textChunks } from './text-chunks.ts'

/** Options of {@link lines}. */
export interface LinesOptions {
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/**
 * A source of the lines of a text file, without their line ends (`\n` or `\r\n`).
 *
 * A file whose name ends in `.gz` is unpacked on the way. A byte order mark is left out; a last line needs no
 * line end; a file that ends in one has no empty line after it. The file is opened when the run begins, read
 * in chunks of 128 KiB only while there is room downstream, and closed as soon as nobody needs more. Keeps
 * the order. From a checkpoint it goes on at the byte where a line begins; a packed file is unpacked once more.
 *
 * @throws {InvalidOptionError} if `file` is no path or `file:` URL, or `encoding` is unknown. A file that
 * cannot be read, or is not in that encoding, fails the run with a `BadInputError` that names it.
 *
 * @example
 * ```ts
 * import { rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { lines, toArray } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-lines-${process.pid}.txt`)
 * await writeFile(file, 'to be\r\nor not\n')
 * console.log(await toArray(lines(file))) // [ 'to be', 'or not' ]
 * await rm(file)
 * ```
 */
export function lines(file: string | URL, options: LinesOptions = {}): BatchSourceTerm<string> {
  const { encoding = 'utf8' } = options
  checkEncoding('encoding of lines()', encoding)
  return new Lines(pathOf('lines', file), encoding)
}

const NEWLINE = 0x0a
/** In these the byte of a newline is nothing else, so that lines can be found among bytes. */
const BYTEWISE: readonly BufferEncoding[] = ['utf8', 'utf-8', 'latin1', 'binary', 'ascii']

class Lines extends FileSource<string> {
  override name = 'lines'
  readonly #encoding: BufferEncoding
  /** The byte behind each batch's last line; only where the file can be read from there. */
  readonly #behind = new WeakMap<readonly string[], number>()

  constructor(path: string, encoding: BufferEncoding) {
    super(path)
    this.#encoding = encoding
  }

  override position(batch: readonly string[]): number | undefined {
    return this.#behind.get(batch)
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly string[]> {
    return this.read(ctx, position as number)
  }

  protected override async *parse(
    chunks: AsyncIterable<Buffer>,
    from: number,
  ): AsyncGenerator<readonly string[], void, undefined> {
    const decoder = new StringDecoder(this.#encoding)
    const splitter = new LineSplitter(from === 0)
    const canSeek = BYTEWISE.includes(this.#encoding) && !this.path.endsWith('.gz')
    let at = from
    for await (const chunk of textChunks(this.path, chunks, this.#encoding)) {
      const complete = splitter.push(decoder.write(chunk))
      if (complete.length > 0) {
        if (canSeek) this.#behind.set(complete, at + chunk.lastIndexOf(NEWLINE) + 1)
        yield complete
      }
      at += chunk.length
    }
    const rest = splitter.end(decoder.end())
    if (rest.length > 0) {
      if (canSeek) this.#behind.set(rest, at)
      yield rest
    }
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
