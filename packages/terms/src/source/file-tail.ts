/** `fileTail`: the text of a file that grows. */

import type { BatchSourceTerm } from '@millrace/core'
import { checkEncoding, checkOptions } from '../check.ts'
import { pathOf } from '../path-of.ts'
import type { ItemCutter, Moved } from '../tail/contracts.ts'
import {
  checkFollowing,
  FOLLOW_OPTIONS,
  type Following,
  FollowingSource,
  type FollowOptions,
} from '../tail/following.ts'
import { checkText, wholeLength } from './text-chunks.ts'

/** Options of {@link fileTail}. */
export interface FileTailOptions extends FollowOptions {
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/**
 * A source of the text of a file from its start on, in pieces, that goes on as the file grows; `tail -f` from the first
 * line on.
 *
 * Pieces are cut anywhere but within a character: `lineSplitter` makes lines of them; `lineTail` gives whole lines. It reads
 * while there is room downstream, up to 128 KiB a piece, and looks for more each `pollMs`. Without `untilIdleMs` it ends only
 * when the run is stopped or nobody needs more; the file is then closed. From a checkpoint it goes on behind the last whole
 * character that it gave; `replays()` is refused.
 *
 * With `follow: 'name'` it goes on in the next file of the name when the file is rotated, by renaming or by copytruncate, also
 * while no process was running. A file that was renamed is left once the next one has content, and after one more `pollMs`;
 * if its last line has no end, a line end is given. A name that has no file yet is waited for. If a file of the past cannot
 * be found, or was written to after it was left, the run fails.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read, is not in that encoding, or,
 * with `follow: 'descriptor'`, was cut (also if it was filled again beyond the old place, which its last 4 KiB show) or
 * replaced, fails the run with a `BadInputError` that names it: what was added in between might be lost. A resumed run whose
 * file is another one fails with a `ChangedFileError`.
 *
 * @example
 * ```ts
 * import { appendFile, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { fileTail, lineSplitter } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-tail-${process.pid}.log`)
 * await writeFile(file, 'one\n')
 * for await (const line of run(fileTail(file, { pollMs: 1 }).pipe(lineSplitter())).output()) {
 *   console.log(line)
 *   if (line === 'two') break
 *   await appendFile(file, 'two\n')
 * }
 * await rm(file)
 * // one
 * // two
 * ```
 */
export function fileTail(file: string | URL, options: FileTailOptions = {}): BatchSourceTerm<string> {
  checkOptions('fileTail', options, { ...FOLLOW_OPTIONS, encoding: true })
  return textTail('fileTail', file, options, '\n')
}

/** As {@link fileTail}; where a file of another text begins, it gives `boundary` first. Called by `csvTail`. */
export function textTail<Boundary>(
  owner: string,
  file: string | URL,
  options: FileTailOptions,
  boundary: Boundary,
): BatchSourceTerm<string | Boundary> {
  const { encoding = 'utf8' } = options
  checkEncoding(`encoding of ${owner}()`, encoding)
  return new FileTail(checkFollowing(owner, pathOf(owner, file), options), encoding, boundary)
}

class FileTail<Boundary> extends FollowingSource<string | Boundary> {
  override name = 'fileTail'
  readonly #encoding: BufferEncoding
  readonly #boundary: Boundary

  constructor(following: Following, encoding: BufferEncoding, boundary: Boundary) {
    super(following)
    this.#encoding = encoding
    this.#boundary = boundary
  }

  protected override cutter(): ItemCutter<string | Boundary> {
    const [encoding, boundary] = [this.#encoding, this.#boundary]
    const textOf = (bytes: Buffer, at: number, path: string): string => {
      checkText(path, bytes, at, encoding)
      return bytes.toString(encoding)
    }
    return {
      maxBytes: Number.POSITIVE_INFINITY,
      // a character that has only begun is read again with its end
      wholeLength: (bytes) => wholeLength(bytes, encoding),
      itemsOf: (bytes, at, path) => [textOf(bytes, at, path)],
      last(rest, at, path, next) {
        const items: (string | Boundary)[] = rest.length === 0 ? [] : [textOf(rest, at, path)]
        if (next !== undefined && isBoundary(next, boundary, encoding)) items.push(boundary)
        return items
      },
    }
  }
}

/** A line end need not be given where there is one. */
function isBoundary({ tail }: Moved, boundary: unknown, encoding: BufferEncoding): boolean {
  if (tail.length === 0) return false
  return typeof boundary !== 'string' || !tail.toString(encoding).endsWith(boundary)
}
