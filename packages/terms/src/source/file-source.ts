/** `FileSource`: what sources that read one file have in common. Extended by `lines` and `csv`. */

import { statSync } from 'node:fs'
import { BatchSourceTerm, type Context } from '@millrace/core'
import { FileChunks } from './file-chunks.ts'

/** Opens its file in each run anew, and sees to it that the file is closed when the run is over. */
export abstract class FileSource<out Item> extends BatchSourceTerm<Item> {
  /** A run that is resumed reads the file once more, and passes over what it gave. */
  override readonly replayable = true
  protected readonly path: string
  /** One reading per run: the same term may be in several at once. */
  readonly #readings = new WeakMap<object, { chunks: FileChunks; batches: AsyncGenerator<readonly Item[]> }>()

  constructor(path: string) {
    super()
    this.path = path
  }

  /** Makes items of the file's bytes, which begin at byte `from`: 0, unless a subclass seeks. */
  protected abstract parse(
    chunks: AsyncIterable<Buffer>,
    from: number,
  ): AsyncGenerator<readonly Item[], void, undefined>

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.read(ctx, 0)
  }

  /** Reads the file from a byte on, which must be 0 in a packed one. */
  protected read(ctx: Context<unknown, never>, from: number): AsyncIterable<readonly Item[]> {
    const chunks = new FileChunks(this.path, from)
    const batches = this.parse(chunks, from)
    this.#readings.set(ctx, { chunks, batches })
    return batches
  }

  /** What comes out of a pipe or a terminal comes once. */
  override whyNotResumable(): string | undefined {
    const file = statSync(this.path, { throwIfNoEntry: false })
    if (file === undefined || file.isFile()) return undefined
    return `reads ${this.path}, which is no regular file: it cannot be read once more.`
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    const reading = this.#readings.get(ctx)
    // the engine does not wait for a source stopped in the middle of a read, but here the read ends soon
    if (reading?.chunks.endsSoon === true) await reading.batches.return(undefined)
  }
}
