/** `FileSource`: what sources that read one file have in common. Extended by `lines` and `csv`. */

import { statSync } from 'node:fs'
import { BatchSourceTerm, type Context, type WholeOf } from '@millrace/core'
import { FileChunks } from './file-chunks.ts'
import type { FileMark } from './file-mark.ts'

/** Where to go on: at a byte, or behind so many items from the begin. */
interface FilePlace {
  readonly from: number
  readonly given: number
  readonly mark: FileMark | undefined
}

const BEGIN: FilePlace = { from: 0, given: 0, mark: undefined }

/** Opens its file in each run anew, and sees to it that the file is closed when the run is over. */
export abstract class FileSource<out Item> extends BatchSourceTerm<Item> {
  /** A run that is resumed goes on behind what it gave, in the file that it was. */
  override readonly replayable = true
  protected readonly path: string
  /** One reading per run: the same term may be in several at once. */
  readonly #readings = new WeakMap<object, { chunks: FileChunks; batches: AsyncGenerator<readonly Item[]> }>()

  /** Where each batch begins, and behind it; the marks are of what had been read when it was made. */
  readonly #places = new WeakMap<
    readonly unknown[],
    { readonly begin: FilePlace; readonly behind: FilePlace }
  >()

  constructor(path: string) {
    super()
    this.path = path
  }

  /** Makes items of the file's bytes, which begin at byte `from`: 0, unless a subclass seeks. */
  protected abstract parse(
    chunks: AsyncIterable<Buffer>,
    from: number,
  ): AsyncGenerator<readonly Item[], void, undefined>

  /** The byte behind a batch that `parse` gave; `undefined` where the file cannot be read from there. */
  protected byteBehind?(batch: readonly Item[]): number | undefined

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.#read(ctx, BEGIN)
  }

  override position(batch: readonly Item[]): FilePlace | undefined {
    return this.#places.get(batch)?.behind
  }

  /** With the mark of all that was read for these batches: a change in what was not taken yet is one, too. */
  override begin(batch: readonly Item[], last: readonly Item[]): FilePlace | undefined {
    const [begin, behind] = [this.#places.get(batch)?.begin, this.#places.get(last)?.behind]
    return begin && behind && { ...begin, mark: behind.mark }
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.#read(ctx, position as FilePlace)
  }

  #read(ctx: Context<unknown, never>, place: FilePlace): AsyncIterable<readonly Item[]> {
    const chunks = new FileChunks(this.path, place.from, place.mark)
    const batches = this.#placed(this.parse(chunks, place.from), chunks, place)
    this.#readings.set(ctx, { chunks, batches })
    return batches
  }

  /** The batches, without what was given before, and with the place behind each. */
  async *#placed(
    batches: AsyncIterable<readonly Item[]>,
    chunks: FileChunks,
    place: FilePlace,
  ): AsyncGenerator<readonly Item[], void, undefined> {
    let toPass = place.given
    let before = { from: place.from, given: 0 }
    for await (const parsed of batches) {
      const from = this.byteBehind?.(parsed)
      const behind =
        from === undefined ? { from: before.from, given: before.given + parsed.length } : { from, given: 0 }
      const passed = Math.min(toPass, parsed.length)
      toPass -= passed
      if (passed < parsed.length) {
        const batch = passed === 0 ? parsed : parsed.slice(passed)
        const { mark } = chunks
        if (mark !== undefined) {
          const begin = { from: before.from, given: before.given + passed, mark }
          this.#places.set(batch, { begin, behind: { ...behind, mark } })
        }
        yield batch
      }
      before = behind
    }
  }

  /** By what has been read of the file as it is now, or handed to workers: splits of files end at a byte. */
  override progress(ctx: Context<unknown, never>, lastSplit?: unknown): WholeOf | undefined {
    const { to: done = this.#readings.get(ctx)?.chunks.readBytes } = (lastSplit ?? {}) as { to?: number }
    if (done === undefined) return undefined
    const file = statSync(this.path, { throwIfNoEntry: false })
    if (file === undefined || !file.isFile()) return undefined
    return { done: Math.min(done, file.size), total: file.size, unit: 'bytes' }
  }

  /** What comes out of a pipe or a terminal comes once. */
  override whyNotResumable(): string | undefined {
    return whyNoFile(this.path)
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    const reading = this.#readings.get(ctx)
    // the engine does not wait for a source stopped in the middle of a read, but here the read ends soon
    if (reading?.chunks.endsSoon === true) await reading.batches.return(undefined)
  }
}

/** Why what a path leads to cannot be gone on with; `undefined` if it can. */
export function whyNoFile(path: string): string | undefined {
  const file = statSync(path, { throwIfNoEntry: false })
  if (file === undefined || file.isFile()) return undefined
  return `reads ${path}, which is no regular file: it cannot be read once more.`
}
