/** `writeLines`: a sink that writes strings to a file, all of them or none. */

import { statSync } from 'node:fs'
import { type Awaitable, type Context, InvalidOptionError, SinkTerm } from '@millrace/core'
import { pathOf } from '../path-of.ts'
import { LineFile, type LineFilePosition, type WrittenFile } from './line-file.ts'

/**
 * Writes each item, which must be a string, and a `\n` to a file, packed if its name ends in `.gz`. The
 * result is `{ file, lines, bytes }`.
 *
 * The lines go to a new file in the same folder, which takes the target's place, flushed to the disk, when
 * the stream has ended; after a failure or a cancel it is removed and the old target, if any, is untouched.
 * Written in blocks of 64 KiB; while one is being written the terms before it are held back. Keeps the order. Once a
 * checkpoint has been taken the new file stays, for the next run to go on with: it is cut to what the checkpoint knows
 * of. A packed file cannot be cut, so it takes no checkpoints.
 *
 * @throws {InvalidOptionError} if `file` is no path or `file:` URL. A folder that does not exist or cannot be
 * written, or a target that is no regular file, fails the run with a `BadInputError` before any item; a file that
 * another run is writing, in this or another process, with an `InUseError`; a text with half a character (a lone
 * surrogate, which UTF-8 cannot hold) with a `BadInputError` that names the line.
 *
 * @example
 * ```ts
 * import { readFile, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { fromIterable, writeLines } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-write-lines-${process.pid}.txt`)
 * const written = writeLines(file)
 * const summary = await run(fromIterable(['to be', 'or not']).pipe(written)).done
 * const { lines, bytes } = summary.result(written)
 * console.log(lines, bytes) // 2 13
 * console.log(await readFile(file, 'utf8') === 'to be\nor not\n') // true
 * await rm(file)
 * ```
 */
export function writeLines(file: string | URL): SinkTerm<string, WrittenFile> {
  return new WriteLines(pathOf('writeLines', file))
}

/** As {@link writeLines}, with a line ahead that is no item. Called by `writeCsv`. */
export function writeLinesUnder(head: string | undefined, file: string | URL): SinkTerm<string, WrittenFile> {
  return new WriteLines(pathOf('writeLines', file), head)
}

class WriteLines extends SinkTerm<string, WrittenFile> {
  override name = 'writeLines'
  readonly #path: string
  readonly #head: string | undefined
  /** One file per run: the same term may be in several at once. */
  readonly #files = new WeakMap<object, LineFile>()

  constructor(path: string, head?: string) {
    super()
    this.#path = path
    this.#head = head
  }

  override async enter(ctx: Context<unknown, never>): Promise<void> {
    const opened = await LineFile.open(this.#path)
    this.#files.set(ctx, opened)
    if (this.#head !== undefined) opened.begin(this.#head)
  }

  override write(item: string, ctx: Context<unknown, never>): Awaitable<void> {
    if (typeof item !== 'string') {
      throw new InvalidOptionError(
        'An item of writeLines()',
        item,
        'a string (make it one with a map() before it)',
      )
    }
    return this.#files.get(ctx)?.write(item)
  }

  override whyNotResumable(): string | undefined {
    if (!this.#path.endsWith('.gz')) return undefined
    return 'packs its file, which cannot be cut and gone on with. Write it unpacked.'
  }

  override replaces(): string | undefined {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    return found !== undefined && found.size > 0 ? this.#path : undefined
  }

  override position(ctx: Context<unknown, never>): LineFilePosition | undefined {
    return this.#files.get(ctx)?.position()
  }

  override flush(ctx: Context<unknown, never>): Promise<void> | undefined {
    return this.#files.get(ctx)?.sync()
  }

  override async seek(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    this.#files.set(ctx, await LineFile.reopen(this.#path, position as LineFilePosition))
  }

  override async result(ctx: Context<unknown, never>): Promise<WrittenFile> {
    const file = this.#files.get(ctx) as LineFile
    const written = await file.commit()
    this.#files.delete(ctx)
    return written
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#files.get(ctx)?.discard()
    this.#files.delete(ctx)
  }
}
