/**
 * `openUnpacked`: the content of a packed file, to be read like any other. Called by `GrowingFile` for past files that were
 * packed meanwhile.
 */

import { createReadStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { crc32, createGunzip } from 'node:zlib'
import { BadInputError, messageOf } from '@millrace/core'
import { EDGE_BYTES, type FileMark } from '../source/file-mark.ts'
import type { FoundFile } from './past-files.ts'

/**
 * Unpacks a `.gz` file into one of the system's folder for such files. It has no name there any more once this resolves, so
 * nothing stays, however the process ends. With a mark, as many bytes as that knows, to be compared; `undefined` if the first
 * of them differ.
 *
 * @throws {BadInputError} if it cannot be unpacked.
 */
export async function openUnpacked(
  { path, packing }: FoundFile,
  mark?: FileMark,
): Promise<FileHandle | undefined> {
  if (packing !== 'gz') {
    throw new BadInputError(
      `The file ${path} may hold what is to be read next, but only .gz files can be unpacked. Have rotated files packed ` +
        'with gzip, later (delaycompress), or not at all.',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tail-'))
  let handle: FileHandle | undefined
  try {
    handle = await open(join(folder, 'unpacked'), 'w+')
    if (await unpack(path, handle, mark)) return handle
    await handle.close()
    return undefined
  } catch (cause) {
    await handle?.close().catch(() => undefined)
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new BadInputError(`The file ${path} cannot be unpacked: ${messageOf(cause)}`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Whether what is asked for was unpacked: it is left off as soon as it begins with something else. */
async function unpack(path: string, handle: FileHandle, mark: FileMark | undefined): Promise<boolean> {
  const unpacked: Readable = pipeline(createReadStream(path), createGunzip(), () => undefined)
  const limit = mark?.at ?? Number.POSITIVE_INFINITY
  let written = 0
  const headBytes = mark === undefined ? 0 : Math.min(EDGE_BYTES, mark.at)
  let head = Buffer.alloc(0)
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    if (head.length < headBytes) {
      head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
      if (head.length === headBytes && crc32(head) !== mark?.head) return false
    }
    await handle.appendFile(chunk)
    written += chunk.length
    if (written >= limit) break
  }
  return true
}
