/** `FileSource`: what sources that read one file have in common. Extended by `lines` and `csv`. */

import { BatchSourceTerm, type Context } from '@millrace/core'
import { FileChunks } from './file-chunks.ts'

/** Opens its file in each run anew, and sees to it that the file is closed when the run is over. */
export abstract class FileSource<out Item> extends BatchSourceTerm<Item> {
  protected readonly path: string
  /** One reading per run: the same term may be in several at once. */
  readonly #readings = new WeakMap<object, { chunks: FileChunks; batches: AsyncGenerator<readonly Item[]> }>()

  constructor(path: string) {
    super()
    this.path = path
  }

  /** Makes items of the file's bytes. */
  protected abstract parse(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void, undefined>

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    const chunks = new FileChunks(this.path)
    const batches = this.parse(chunks)
    this.#readings.set(ctx, { chunks, batches })
    return batches
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    const reading = this.#readings.get(ctx)
    // the engine does not wait for a source stopped in the middle of a read, but here the read ends soon
    if (reading?.chunks.endsSoon === true) await reading.batches.return(undefined)
  }
}
