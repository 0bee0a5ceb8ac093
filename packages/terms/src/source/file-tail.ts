/** `fileTail`: the text of a file that grows. */

import type { BatchSourceTerm } from '@millrace/core'
import { checkEncoding, checkOptions } from '../check.ts'
import { pathOf } from '../path-of.ts'
import type { FileMark } from './file-mark.ts'
import { whyNoFile } from './file-source.ts'
import { GrowingFile } from './growing-file.ts'
import { checkMilliseconds, DEFAULT_POLL_MS, type Placed, type Polling, TailSource } from './polling.ts'
import { checkText, wholeLength } from './text-chunks.ts'

/** Options of {@link fileTail}. */
export interface FileTailOptions {
  /** Milliseconds from one look for more to the next, on the run's clock. Default 1,000. */
  readonly pollMs?: number
  /** The stream ends once nothing was appended for so many ms. Default: never. */
  readonly untilIdleMs?: number
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/**
 * A source of the text of a file from its start on, in pieces, that goes on as the file grows; `tail -f` from the first
 * line on.
 *
 * Pieces are cut anywhere but within a character: `lineSplitter` makes lines of them. It reads while there is room
 * downstream, up to 128 KiB a piece, and looks for more each `pollMs`. Without `untilIdleMs` it ends only when the run is
 * stopped or nobody needs more; the file is then closed. From a checkpoint it goes on behind the last whole character
 * that it gave; `replays()` is refused.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read, is not in that encoding, was
 * cut (also if it was filled again beyond the old place, which its last 4 KiB show), or was replaced by another fails the
 * run with a `BadInputError` that names it: what was added in between might be lost. A resumed run whose file is another
 * one fails with a `ChangedFileError`.
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
  checkOptions('fileTail', options, { pollMs: true, untilIdleMs: true, encoding: true })
  const { pollMs = DEFAULT_POLL_MS, untilIdleMs, encoding = 'utf8' } = options
  checkMilliseconds('pollMs of fileTail()', pollMs)
  if (untilIdleMs !== undefined) checkMilliseconds('untilIdleMs of fileTail()', untilIdleMs)
  checkEncoding('encoding of fileTail()', encoding)
  return new FileTail(pathOf('fileTail', file), pollMs, untilIdleMs ?? Number.POSITIVE_INFINITY, encoding)
}

class FileTail extends TailSource<string> {
  override name = 'fileTail'
  readonly #path: string
  readonly #pollMs: number
  readonly #untilIdleMs: number
  readonly #encoding: BufferEncoding

  constructor(path: string, pollMs: number, untilIdleMs: number, encoding: BufferEncoding) {
    super()
    this.#path = path
    this.#pollMs = pollMs
    this.#untilIdleMs = untilIdleMs
    this.#encoding = encoding
  }

  /** What comes out of a pipe or a terminal comes once. */
  override whyNotResumable(): string | undefined {
    return whyNoFile(this.#path)
  }

  protected override async *poll(
    { clock, sleep, onEnd }: Polling,
    from: unknown,
  ): AsyncGenerator<Placed<string>, void, undefined> {
    const file = new GrowingFile(this.#path, from as FileMark | undefined)
    onEnd(() => file.close())
    const untilIdleMs = this.#untilIdleMs
    let seen = 0
    let passed = (from as FileMark | undefined)?.at ?? 0
    for (let grownAt = clock.monotonic(); ; ) {
      const chunk = await file.read()
      const idleMs = clock.monotonic() - grownAt
      // a character that has only begun is read again with its end
      const whole = chunk?.subarray(0, wholeLength(chunk, this.#encoding))
      if (chunk !== undefined && chunk.length !== seen) grownAt = clock.monotonic()
      seen = (chunk?.length ?? 0) - (whole?.length ?? 0)
      if (whole !== undefined && whole.length > 0) {
        file.take(whole)
        const text = this.#textOf(whole, passed)
        passed += whole.length
        yield { item: text, place: file.mark }
      } else if (idleMs >= untilIdleMs) {
        if (chunk !== undefined) yield { item: this.#textOf(chunk, passed), place: file.mark }
        return
      } else if (!(await sleep(Math.min(this.#pollMs, untilIdleMs - idleMs)))) return
    }
  }

  /** @throws {BadInputError} if the bytes, which begin at byte `at` of the file, are not in its encoding. */
  #textOf(bytes: Buffer, at: number): string {
    checkText(this.#path, bytes, at, this.#encoding)
    return bytes.toString(this.#encoding)
  }
}
