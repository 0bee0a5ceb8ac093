/** `writeLines`: a sink that writes strings to a file, all of them or none, or as they come, or to one file after the other. */

import { statSync } from 'node:fs'
import { type Awaitable, type Context, InvalidOptionError, SinkTerm } from '@millrace/core'
import { checkBoolean, checkOptions } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { checkMilliseconds } from '../source/polling.ts'
import type { Flushing } from './block-file.ts'
import { InPlaceFile, type InPlacePosition } from './in-place-file.ts'
import { LineFile, type LineFilePosition } from './line-file.ts'
import type { LineTarget, WrittenFile } from './line-target.ts'
import { checkRoll, type RollOptions } from './roll.ts'
import type { RollingPosition } from './rolled-file.ts'
import { type Rolling, RollingFiles } from './rolling-files.ts'

/** Options of {@link writeLines}, and of all sinks that write lines. Without any, the file appears when it is complete. */
export interface WriteLinesOptions<in Item = string> {
  /**
   * Whether lines are added to the file that is there, if there is one, in place. What was written stays there when the run
   * fails. Nothing else may write to the file meanwhile. Default false.
   */
  readonly append?: boolean
  /**
   * For how long a line may wait, in ms, until readers see it in the file, which is written in place; without `append` it
   * is emptied first. With `roll`, in the temporary file. Default: blocks of 64 KiB are written.
   */
  readonly flushMs?: number
  /** When a file is complete and another one begins. Default: there is one file. */
  readonly roll?: RollOptions<Item>
}

/** The names of the options, for `checkOptions`. */
export const WRITE_OPTIONS = { append: true, flushMs: true, roll: true } as const

/** An item of `writeLines` that knows more than a line: what stands ahead of all, or to which time it belongs. */
export interface PlacedLine {
  readonly line: string
  readonly head?: string | undefined
  readonly at?: number | undefined
}

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
 * With `append`, or `flushMs`, the file itself is written to, and shows what has come so far. A resumed run cuts it to what
 * the checkpoint knows of; what others added to it is lost then.
 *
 * With `roll`, the lines go to one file after the other, `events-000001.log` and so on for `events.log`, or
 * `events-2026-11-29T10.log` for an hour, in UTC. Each appears under its name when it is complete; with checkpoints, once one
 * holds that it is, so that it never changes again. Names that are taken, or were in this run, are passed over: another file
 * for the same period is called `events-2026-11-29T10-2.log`. Of lines that belong to times, one that belongs to another period than the line before
 * begins another file. A file of a period of the clock is complete when the period is over. Temporary files of runs that
 * died are removed when a run begins to write the same file, so their checkpoints are of no use any more. A run with checkpoints
 * leaves a small file with `.stake` at its end, by which it can be gone on with when it was stopped.
 *
 * @throws {InvalidOptionError} if `file` is no path or `file:` URL, or an option makes no sense. A folder that does not exist or cannot be
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
export function writeLines(
  file: string | URL,
  options: WriteLinesOptions = {},
): SinkTerm<string, WrittenFile> {
  checkOptions('writeLines', options, WRITE_OPTIONS)
  return termFor(checkWriting('writeLines', file, options))
}

/** Checked, with what a caller adds: see {@link writeLinesOf}. */
export interface Writing {
  readonly path: string
  readonly append: boolean
  readonly flushMs: number | undefined
  readonly roll: RollOptions<never> | undefined
  /** What stands ahead of all lines, if that is known before any. */
  readonly head?: string | undefined
}

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function checkWriting(
  owner: string,
  file: string | URL,
  { append = false, flushMs, roll }: WriteLinesOptions<never>,
): Writing {
  const path = pathOf('writeLines', file)
  checkBoolean(`append of ${owner}()`, append)
  if (flushMs !== undefined) checkMilliseconds(`flushMs of ${owner}()`, flushMs)
  if (roll !== undefined) checkRoll(owner, roll)
  if (append && roll !== undefined) {
    throw new InvalidOptionError(`append of ${owner}()`, append, 'left out with roll, which adds to no file')
  }
  const isWhole = !append && flushMs === undefined && roll === undefined
  if (!isWhole && path.endsWith('.gz')) {
    throw new InvalidOptionError(
      `The file of ${owner}()`,
      file,
      'one that is not packed, where append, flushMs or roll is given',
    )
  }
  return { path, append, flushMs, roll }
}

/** The sink behind {@link writeLines}, for lines that know more. Called by `writeNdjson` and `writeCsv`. */
export function writeLinesOf(writing: Writing): SinkTerm<string | PlacedLine, WrittenFile> {
  return termFor(writing)
}

class WriteLines extends SinkTerm<string | PlacedLine, WrittenFile> {
  override name = 'writeLines'
  readonly #writing: Writing
  /** One file, or row of files, per run: the same term may be in several at once. */
  readonly #files = new WeakMap<object, LineTarget>()

  constructor(writing: Writing) {
    super()
    this.#writing = writing
  }

  override async enter(ctx: Context<unknown, never>): Promise<void> {
    const { path, append, roll, head } = this.#writing
    const flushing = this.#flushing(ctx)
    const opened = await (roll !== undefined
      ? RollingFiles.open(path, this.#rolling(roll, ctx))
      : append || flushing !== undefined
        ? InPlaceFile.open(path, append, flushing)
        : LineFile.open(path))
    this.#files.set(ctx, opened)
    if (head !== undefined) await opened.begin(head)
  }

  #flushing({ clock }: Context<unknown, never>): Flushing | undefined {
    const { flushMs } = this.#writing
    return flushMs === undefined ? undefined : { clock, flushMs }
  }

  #rolling({ maxBytes, everyMs, time }: RollOptions<never>, { clock }: Context<unknown, never>): Rolling {
    const { flushMs } = this.#writing
    return { clock, flushMs, maxBytes, everyMs, isTimed: time !== undefined }
  }

  override write(item: string | PlacedLine, ctx: Context<unknown, never>): Awaitable<void> {
    const file = this.#files.get(ctx) as LineTarget
    if (typeof item === 'string') {
      const time = this.#writing.roll?.time as ((line: string) => number) | undefined
      return time === undefined ? file.write(item) : file.write(item, time(item))
    }
    if (typeof item?.line !== 'string') {
      throw new InvalidOptionError(
        'An item of writeLines()',
        item,
        'a string (make it one with a map() before it)',
      )
    }
    const { line, head, at } = item
    const begun = head === undefined ? undefined : file.begin(head)
    return begun === undefined ? file.write(line, at) : begun.then(() => file.write(line, at))
  }

  override whyNotResumable(): string | undefined {
    if (!this.#writing.path.endsWith('.gz')) return undefined
    return 'packs its file, which cannot be cut and gone on with. Write it unpacked.'
  }

  override replaces(): string | undefined {
    const { path, append, roll } = this.#writing
    if (append || roll !== undefined) return undefined
    const found = statSync(path, { throwIfNoEntry: false })
    return found !== undefined && found.size > 0 ? path : undefined
  }

  override position(ctx: Context<unknown, never>): unknown {
    return this.#files.get(ctx)?.position()
  }

  override flush(ctx: Context<unknown, never>): Promise<void> | undefined {
    return this.#files.get(ctx)?.sync()
  }

  /** For `RollingLines`, which wants to be told what a checkpoint holds. */
  protected async kept(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    await this.#files.get(ctx)?.acknowledge?.(position)
  }

  override async seek(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    const { path, append, roll } = this.#writing
    const flushing = this.#flushing(ctx)
    const reopened = await (roll !== undefined
      ? RollingFiles.reopen(path, this.#rolling(roll, ctx), position as RollingPosition)
      : append || flushing !== undefined
        ? InPlaceFile.reopen(path, position as InPlacePosition, flushing)
        : LineFile.reopen(path, position as LineFilePosition))
    this.#files.set(ctx, reopened)
  }

  override async result(ctx: Context<unknown, never>): Promise<WrittenFile> {
    const file = this.#files.get(ctx) as LineTarget
    const written = await file.commit()
    this.#files.delete(ctx)
    return written
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#files.get(ctx)?.discard()
    this.#files.delete(ctx)
  }
}

/** Rolled files get their names once a checkpoint holds them. */
class RollingLines extends WriteLines {
  override acknowledge(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    return this.kept(position, ctx)
  }
}

function termFor(writing: Writing): WriteLines {
  return writing.roll === undefined ? new WriteLines(writing) : new RollingLines(writing)
}
