/** `lines`: a source of the lines of a text file. */

import type { BatchSourceTerm } from '@millrace/core'
import { checkEncoding, checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { LineSource } from './line-source.ts'

/** Options of {@link lines}. */
export interface LinesOptions {
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
  /** Bytes of a split, where workers read the file. Default: 64 KiB to 1 MiB, by the file's size. */
  readonly splitBytes?: number
}

/**
 * A source of the lines of a text file, without their line ends (`\n` or `\r\n`).
 *
 * A file whose name ends in `.gz` is unpacked on the way. A byte order mark is left out; a last line needs no
 * line end; a file that ends in one has no empty line after it. The file is opened when the run begins, read
 * in chunks of 128 KiB only while there is room downstream, and closed as soon as nobody needs more. Keeps
 * the order. From a checkpoint it goes on at the byte where a line begins; a packed file is unpacked once more.
 *
 * Under `pool` and `work-stealing` workers read it themselves, split by split, where the terms behind it run on workers:
 * a regular file that is not packed, has 128 KiB or more, and is in UTF-8, Latin-1 or ASCII.
 *
 * @throws {InvalidOptionError} if `file` is no path or `file:` URL, or an option is out of range. A file that
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
  checkOptions('lines', options, { encoding: true, splitBytes: true })
  const { encoding = 'utf8', splitBytes } = options
  checkEncoding('encoding of lines()', encoding)
  if (splitBytes !== undefined) checkWhole('splitBytes of lines()', splitBytes, 1)
  return new Lines(pathOf('lines', file), encoding, splitBytes)
}

class Lines extends LineSource<string> {
  override name = 'lines'

  protected override itemsOf(lines: string[]): string[] {
    return lines
  }
}
