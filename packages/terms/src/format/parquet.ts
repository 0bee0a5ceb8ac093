/** `parquet`: a source of the rows of a Parquet file, read by hyparquet. */

import { type FileHandle, open } from 'node:fs/promises'
import * as zlib from 'node:zlib'
import {
  BadInputError,
  BatchSourceTerm,
  ChangedFileError,
  type Context,
  InvalidOptionError,
  messageOf,
} from '@millrace/core'
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet'
import { checkBoolean, checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { type EndMark, endMark } from '../source/file-mark.ts'
import { withExactDecimals } from './parquet-decimals.ts'

/** Options of {@link parquet}. */
export interface ParquetOptions {
  /** The columns to read; the others are not touched. Default: all. */
  readonly columns?: readonly string[]
  /** Rows read at once at most. Default 8,192. */
  readonly batchRows?: number
  /** Whether bytes in columns that say no more of themselves are text in UTF-8; else they stay bytes. Default true. */
  readonly utf8?: boolean
}

/**
 * A source of the rows of a Parquet file, as records, read by hyparquet: pure JavaScript. Uncompressed, or
 * packed with Snappy, gzip, Brotli or (from Node 22.15 on) Zstandard.
 *
 * Give the type of the rows as `parquet<Row>(file)`; it is not checked. Whole numbers of 64 bits are bigints; decimals are
 * the nearest numbers. Rows are
 * read `batchRows` at a time, never across row groups, and only while there is room downstream; the compressed columns
 * of one row group are held at a time. The file is opened when the run begins and closed as soon as nobody needs more.
 * Keeps the order.
 *
 * @throws {InvalidOptionError} if `file` is no path or `file:` URL or an option makes no sense. A file that cannot be
 * read, or text in it that is no UTF-8, fails the run with a `BadInputError` that names it.
 *
 * @example
 * ```ts
 * import { rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { parquet, toArray } from 'millrace/terms'
 *
 * const bytes =
 *   'UEFSMRUGFRQVGFwVBBUAFQQVABUEFQAAAAMDCBwBAAAAAgAAABUEGSxIBHJvb3QVAgAVAiUCGAFuABYEGRwZHCYI' +
 *   'HBUCGRUAGRgBbhUCFgQWPhZCJggAABY+FgQ2QgAoCWh5cGFycXVldBkcHAAAAEsAAABQQVIx'
 * const file = join(tmpdir(), `millrace-parquet-${process.pid}.parquet`)
 * await writeFile(file, Buffer.from(bytes, 'base64'))
 * console.log(await toArray(parquet<{ n: number }>(file))) // [ { n: 1 }, { n: 2 } ]
 * await rm(file)
 * ```
 */
export function parquet<Row = Record<string, unknown>>(
  file: string | URL,
  options: ParquetOptions = {},
): BatchSourceTerm<Row> {
  checkOptions('parquet', options, { columns: true, batchRows: true, utf8: true })
  const { columns, batchRows = 8192, utf8 = true } = options
  if (
    columns !== undefined &&
    !(Array.isArray(columns) && columns.every((name) => typeof name === 'string'))
  ) {
    throw new InvalidOptionError('columns of parquet()', columns, 'a list of names')
  }
  checkWhole('batchRows of parquet()', batchRows, 1)
  checkBoolean('utf8 of parquet()', utf8)
  return new Parquet<Row>(pathOf('parquet', file), columns, batchRows, utf8)
}

/** Where to go on. */
interface Place {
  readonly row: number
  readonly mark?: EndMark
}

class Parquet<Row> extends BatchSourceTerm<Row> {
  override name = 'parquet'
  readonly #path: string
  readonly #columns: readonly string[] | undefined
  readonly #batchRows: number
  readonly #utf8: boolean
  /** One reading per run: the same term may be in several at once. */
  readonly #readings = new WeakMap<object, AsyncGenerator<readonly Row[], void, undefined>>()

  /** The row behind each batch, and which file it is of. */
  readonly #behind = new WeakMap<readonly Row[], Place>()

  constructor(path: string, columns: readonly string[] | undefined, batchRows: number, utf8: boolean) {
    super()
    this.#path = path
    this.#columns = columns
    this.#batchRows = batchRows
    this.#utf8 = utf8
  }

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Row[]> {
    return this.seek({ row: 0 }, ctx)
  }

  override position(batch: readonly Row[]): Place | undefined {
    return this.#behind.get(batch)
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Row[]> {
    const reading = this.#read(position as Place)
    this.#readings.set(ctx, reading)
    return reading
  }

  // the engine does not wait for a source stopped in the middle of a read, but here the read ends soon
  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#readings.get(ctx)?.return(undefined)
  }

  async *#read(from: Place): AsyncGenerator<readonly Row[], void, undefined> {
    let handle: FileHandle | undefined
    try {
      handle = await open(this.#path)
      const mark = await endMark(handle, this.#path, from.mark)
      // loaded only where it is used: every worker that loads this package would pay for it
      const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
      const file = await bufferOf(handle)
      const { metadata, exact } = withExactDecimals(await parquetMetadataAsync(file))
      this.#checkColumns(metadata)
      for (const [rowStart, rowEnd] of rangesOf(metadata, this.#batchRows)) {
        if (rowEnd <= from.row) continue
        const columns = this.#columns === undefined ? {} : { columns: [...this.#columns] }
        const rows = (await parquetReadObjects({
          file,
          metadata,
          compressors,
          parsers: metadata.schema.some(isMap) ? PARSERS_OF_KEYS : PARSERS,
          utf8: this.#utf8,
          rowStart,
          rowEnd,
          ...columns,
        })) as Row[]
        exact(rows as Record<string, unknown>[])
        this.#behind.set(rows, { row: rowEnd, mark })
        yield rows
      }
    } catch (cause) {
      if (cause instanceof ChangedFileError) throw cause
      throw new BadInputError(`The file ${this.#path} cannot be read as Parquet: ${messageOf(cause)}`, {
        cause,
      })
    } finally {
      await handle?.close()
    }
  }

  #checkColumns({ schema }: FileMetaData): void {
    const names = schema.slice(1).map(({ name }) => name)
    const missing = this.#columns?.find((column) => !names.includes(column))
    if (missing !== undefined) {
      throw new BadInputError(`it has no column ${JSON.stringify(missing)}, but ${names.join(', ')}`)
    }
    // hyparquet assigns fields, which would set the prototype of the row
    if (names.includes('__proto__')) throw new BadInputError('it has a column named __proto__')
  }
}

/** Snappy is hyparquet's own; the others are Node's. Older versions of Node have no Zstandard. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array }
const compressors: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(zstdDecompressSync === undefined ? {} : { ZSTD: (bytes) => zstdDecompressSync(bytes) }),
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text that is none is refused; hyparquet would put U+FFFD into it, and drop a byte order mark. */
const PARSERS = {
  stringFromBytes(bytes: Uint8Array | undefined): string | undefined {
    if (bytes === undefined || bytes === null) return bytes
    try {
      return decoder.decode(bytes)
    } catch (cause) {
      throw new BadInputError(
        'a column of text holds bytes that are no UTF-8. If the column does not say that it is text, utf8: false gives ' +
          'its bytes',
        { cause },
      )
    }
  },
}

/** Where texts may be keys of maps, which hyparquet assigns. */
const PARSERS_OF_KEYS = {
  stringFromBytes(bytes: Uint8Array | undefined): string | undefined {
    const text = PARSERS.stringFromBytes(bytes)
    if (text === '__proto__') throw new BadInputError('a key of a map is __proto__')
    return text
  },
}

function isMap({ converted_type, logical_type }: FileMetaData['schema'][number]): boolean {
  return converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat()
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = Math.max(0, end - start)
      const bytes = new Uint8Array(length)
      let at = 0
      while (at < length) {
        const { bytesRead } = await handle.read(bytes, at, length - at, start + at)
        if (bytesRead === 0) throw new BadInputError('it ends too early')
        at += bytesRead
      }
      return bytes.buffer
    },
  }
}

/** Ranges of rows, each within one row group. */
function* rangesOf(metadata: FileMetaData, batchRows: number): Generator<[from: number, to: number]> {
  let begin = 0
  for (const { num_rows } of metadata.row_groups) {
    const end = begin + Number(num_rows)
    for (let at = begin; at < end; at += batchRows) yield [at, Math.min(at + batchRows, end)]
    begin = end
  }
}
