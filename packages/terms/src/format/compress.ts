/** `compress` and `decompress`: bytes, packed and unpacked by Node's zlib. */

import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { InvalidOptionError, type StreamTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { Through } from '../interop/through.ts'

/** How bytes are packed. `zstd` needs Node 22.15 or later. */
export type Compression = 'gzip' | 'deflate' | 'brotli' | 'zstd'

/** Options of {@link compress}. */
export interface CompressOptions {
  /** How much work to put in; what it may be depends on the format. Default: the format's. */
  readonly level?: number
}

/** Looked up by name: older versions of Node have no zstd. */
const zlibOf = zlib as unknown as Readonly<Record<string, ((options: object) => Transform) | undefined>>

const MAKERS: Readonly<
  Record<Compression, readonly [pack: string, unpack: string, levels: readonly [number, number]]>
> = {
  gzip: ['createGzip', 'createGunzip', [0, 9]],
  deflate: ['createDeflate', 'createInflate', [0, 9]],
  brotli: ['createBrotliCompress', 'createBrotliDecompress', [0, 11]],
  zstd: ['createZstdCompress', 'createZstdDecompress', [1, 22]],
}

/**
 * Packs bytes, or texts as UTF-8, in one of the formats that Node knows. The chunks that come out are cut where the
 * packer likes.
 *
 * Small chunks cost more than they need to: gather lines with `joinLines`. While the packer is full, the term before it
 * is held back. Its state is inside zlib, so the term stays on the caller's thread. Keeps the order.
 *
 * @throws {InvalidOptionError} if `format` is unknown, this Node does not have it, or `level` is out of its range.
 *
 * @example
 * ```ts
 * import { compress, decompress, fromIterable, joinLines, splitLines, toArray } from 'millrace/terms'
 *
 * const packed = fromIterable(['to be', 'or not']).pipe(joinLines(), compress('brotli', { level: 4 }))
 * console.log(await toArray(packed.pipe(decompress('brotli'), splitLines()))) // [ 'to be', 'or not' ]
 * ```
 */
export function compress(
  format: Compression,
  options: CompressOptions = {},
): StreamTerm<Uint8Array | string, Uint8Array> {
  checkOptions('compress', options, { level: true })
  const make = makerOf('compress', format, 0)
  const settings = levelOf(format, options.level)
  return new Through<Uint8Array | string, Uint8Array>('compress', () => make(settings)).local()
}

/**
 * Unpacks bytes that were packed in one of the formats that Node knows.
 *
 * What comes out is cut where the unpacker likes, in chunks of 16 KiB or so, however much one chunk unpacks to; while
 * there is no room, nothing is unpacked. Its state is inside zlib, so the term stays on the caller's thread. Keeps the
 * order.
 *
 * @throws {InvalidOptionError} if `format` is unknown or this Node does not have it. Bytes that are not of that format,
 * or end too early, fail the run with zlib's error as `cause`.
 *
 * @example
 * ```ts
 * import { gzipSync } from 'node:zlib'
 * import { decompress, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const bytes = fromIterable([gzipSync('to be')]).pipe(decompress('gzip'))
 * console.log(await toArray(bytes.pipe(map((chunk) => new TextDecoder().decode(chunk))))) // [ 'to be' ]
 * ```
 */
export function decompress(format: Compression): StreamTerm<Uint8Array, Uint8Array> {
  const make = makerOf('decompress', format, 1)
  return new Through<Uint8Array, Uint8Array>('decompress', () => make({})).local()
}

function makerOf(owner: string, format: Compression, which: 0 | 1): (options: object) => Transform {
  if (!Object.hasOwn(MAKERS, format)) {
    throw new InvalidOptionError(`format of ${owner}()`, format, `one of ${Object.keys(MAKERS).join(', ')}`)
  }
  const make = zlibOf[MAKERS[format][which]]
  if (make === undefined) {
    throw new InvalidOptionError(
      `format of ${owner}()`,
      format,
      `one that Node ${process.version} has (zstd: 22.15)`,
    )
  }
  return make
}

function levelOf(format: Compression, level: number | undefined): object {
  if (level === undefined) return {}
  const [, , [least, most]] = MAKERS[format]
  checkWhole('level of compress()', level, least)
  if (level > most)
    throw new InvalidOptionError('level of compress()', level, `at most ${most} for ${format}`)
  const constants = zlib.constants as unknown as Readonly<Record<string, number>>
  if (format === 'brotli') return { params: { [constants['BROTLI_PARAM_QUALITY'] as number]: level } }
  if (format === 'zstd') return { params: { [constants['ZSTD_c_compressionLevel'] as number]: level } }
  return { level }
}
