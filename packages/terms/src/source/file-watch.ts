/** `fileWatch`: the content of a file, at the start and after each change. */

import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { BadInputError, type BatchSourceTerm, messageOf } from '@millrace/core'
import { checkEncoding, checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { checkMilliseconds, DEFAULT_POLL_MS, type Placed, type Polling, TailSource } from './polling.ts'
import { checkOf } from './text-chunks.ts'

/** Options of {@link fileWatch}. */
export interface FileWatchOptions {
  /** Milliseconds from one look to the next, on the run's clock. Default 1,000. */
  readonly pollMs?: number
  /** Bytes of the file at most; a larger one is an error. Default 16 MiB. */
  readonly maxBytes?: number
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/** What a file held when it was seen to have changed. */
export interface FileContent {
  /** When it was seen, in ms since the epoch on the run's clock. */
  readonly time: number
  /** All of it. */
  readonly text: string
}

/**
 * A source of the whole content of a file: once at the start, and then each time that it has changed.
 *
 * LogicSponge's FileWatchSource. It looks each `pollMs`, which works on every file system, and reads the file if its size,
 * times or identity are others; changes in between are seen as one, and a file that holds the same text as before gives no
 * item. A file may be gone for a while, as when an editor replaces it; only at the start it must be there. While there is
 * no room downstream it does not look. It ends only when the run is stopped or nobody needs more. With `stringDiff` behind
 * it, only what was appended goes on. From a checkpoint it gives what the file holds then, if that is something else.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read, is not in that encoding (at
 * two looks, if the first came while it was written), or is too large, fails the run with a `BadInputError` that names it.
 *
 * @example
 * ```ts
 * import { rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { fileWatch } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-watch-${process.pid}.txt`)
 * await writeFile(file, 'one')
 * for await (const { text } of run(fileWatch(file, { pollMs: 1 })).output()) {
 *   console.log(text)
 *   if (text === 'changed') break
 *   await writeFile(file, 'changed')
 * }
 * await rm(file)
 * // one
 * // changed
 * ```
 */
export function fileWatch(file: string | URL, options: FileWatchOptions = {}): BatchSourceTerm<FileContent> {
  checkOptions('fileWatch', options, { pollMs: true, maxBytes: true, encoding: true })
  const { pollMs = DEFAULT_POLL_MS, maxBytes = 16 * 1024 * 1024, encoding = 'utf8' } = options
  checkMilliseconds('pollMs of fileWatch()', pollMs)
  checkWhole('maxBytes of fileWatch()', maxBytes, 1)
  checkEncoding('encoding of fileWatch()', encoding)
  return new FileWatch(pathOf('fileWatch', file), pollMs, maxBytes, encoding)
}

class FileWatch extends TailSource<FileContent> {
  override name = 'fileWatch'
  readonly #path: string
  readonly #pollMs: number
  readonly #maxBytes: number
  readonly #encoding: BufferEncoding

  constructor(path: string, pollMs: number, maxBytes: number, encoding: BufferEncoding) {
    super()
    this.#path = path
    this.#pollMs = pollMs
    this.#maxBytes = maxBytes
    this.#encoding = encoding
  }

  /** Its place is what was given last: a run that goes on gives what the file holds now, if that is something else. */
  protected override async *poll(
    { clock, sleep }: Polling,
    from: unknown,
  ): AsyncGenerator<Placed<FileContent>, void, undefined> {
    let mark: string | undefined
    let given = from as string | undefined
    let torn: string | undefined
    do {
      // marked before it is read: a change while it is read is seen at the next look
      const now = await this.#mark(given === undefined)
      if (now !== undefined && now !== mark) {
        // what is no text at the first look may be half written
        const text = await this.#read(given === undefined, torn !== now)
        if (text === undefined) torn = now
        else mark = now
        const place = text === undefined ? given : createHash('sha256').update(text).digest('hex')
        if (text !== undefined && place !== given) {
          given = place
          yield { items: [{ time: clock.now(), text }], place }
        }
      }
    } while (await sleep(this.#pollMs))
  }

  /** What tells one version of the file from another; `undefined` while there is none. */
  async #mark(isFirst: boolean): Promise<string | undefined> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(this.#path, { bigint: true })
      if (size > this.#maxBytes) throw this.#tooLarge(size)
      return [ino, size, mtimeNs, ctimeNs].join()
    } catch (cause) {
      return this.#goneOr(cause, isFirst)
    }
  }

  /** The content; `undefined` while there is none, and with `mayBeTorn` if it is no text. */
  async #read(isFirst: boolean, mayBeTorn: boolean): Promise<string | undefined> {
    try {
      const bytes = await readFile(this.#path)
      if (bytes.length > this.#maxBytes) throw this.#tooLarge(bytes.length)
      const check = checkOf(this.#encoding, `The file ${this.#path}`)
      if (check !== undefined && !isUtf8(bytes)) {
        if (mayBeTorn) return undefined
        check.push(bytes)
        check.end()
      }
      return bytes.toString(this.#encoding)
    } catch (cause) {
      return this.#goneOr(cause, isFirst)
    }
  }

  #goneOr(cause: unknown, isFirst: boolean): undefined {
    if (cause instanceof BadInputError) throw cause
    if (!isFirst && (cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
  }

  #tooLarge(bytes: number | bigint): BadInputError {
    return new BadInputError(
      `The file ${this.#path} has ${bytes} bytes, but fileWatch() holds ${this.#maxBytes} at most. Raise maxBytes, or ` +
        'read it in pieces with fileTail() or lines().',
    )
  }
}
