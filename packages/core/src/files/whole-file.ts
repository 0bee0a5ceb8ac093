/**
 * Files that are whole or not there, also after a crash of the machine. Called by what writes checkpoints, summaries and
 * pictures; sinks that write for long use `syncFolder` alone.
 */

import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file beside its name, flushes it to the disk, and gives it its name: a reader sees the file before or the whole
 * new one. Links are followed. What is no regular file, a terminal say, is written to as it is.
 */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const old = await stat(file).catch(() => undefined)
  if (old !== undefined && !old.isFile()) return writeFile(file, content)
  const target = old === undefined ? file : await realpath(file)
  // one name, so that what a killed process leaves is written over; the lock of the file keeps others away
  const beside = `${target}.tmp`
  try {
    const handle = await open(beside, 'w')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(target))
}

/** Makes a new name last through a crash, where folders can be synced (not on Windows). Never fails. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close().catch(() => undefined)
}
