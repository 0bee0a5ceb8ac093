/** Checks the files that a run leaves behind, before it begins, and keeps others from them. Called by `command/run.ts`. */

import { rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BadInputError, InUseError, messageOf } from '@millrace/core'
import { FileLock } from '@millrace/core/files'

/** The files of a command, by what they are. */
export interface CommandFiles {
  readonly module: string
  readonly config: string | undefined
  readonly summary: string | undefined
  readonly report?: string | undefined
  readonly telemetry: string | undefined
  readonly deadLetters: string | undefined
  readonly trace?: string | undefined
}

/**
 * A run must not find out at its end that it cannot write, nor write over what it was made of, nor into what another run
 * is writing. Resolves to what lets go of the files.
 *
 * @throws {BadInputError} if a file cannot be written, or is two things at once.
 * @throws {InUseError} if another run has one of them.
 */
export async function takeOutputFiles(files: CommandFiles): Promise<() => void> {
  const { module, config, summary, report, telemetry, deadLetters, trace } = files
  const taken = new Map([[resolve(module), 'the module']])
  if (config !== undefined) taken.set(resolve(config), 'the config')
  const outputs = Object.entries({ summary, report, telemetry, 'dead letters': deadLetters, trace }).flatMap(
    ([what, file]) => (file === undefined ? [] : [{ what, file }]),
  )
  for (const { what, file } of outputs) {
    const other = taken.get(resolve(file))
    if (other !== undefined) {
      throw new BadInputError(
        `The ${what} ${file} cannot be written: it is ${other} as well. Name another file.`,
      )
    }
    taken.set(resolve(file), `the ${what}`)
    await checkWritable(what, file)
    if (what === 'summary' || what === 'report') await tryBeside(what, file)
  }
  const locks: (FileLock | undefined)[] = []
  const release = (): void => {
    for (const lock of locks) lock?.release()
  }
  try {
    for (const { what, file } of outputs) locks.push(await lockOf(what, file))
    return release
  } catch (error) {
    release()
    throw error
  }
}

async function lockOf(what: string, file: string): Promise<FileLock | undefined> {
  try {
    return await FileLock.ofFile(file, `The ${what}`)
  } catch (cause) {
    if (cause instanceof InUseError) throw cause
    throw new BadInputError(`The ${what} ${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}

async function checkWritable(what: string, file: string): Promise<void> {
  const folder = dirname(resolve(file))
  const isFolder = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => undefined))?.isDirectory() === true
  if (!(await isFolder(folder))) {
    throw new BadInputError(`The ${what} ${file} cannot be written: there is no folder ${folder}.`)
  }
  if (await isFolder(file)) throw new BadInputError(`The ${what} ${file} cannot be written: it is a folder.`)
}

/** The other files are opened before the run; these are written after it, beside their places. */
async function tryBeside(what: string, file: string): Promise<void> {
  const beside = `${resolve(file)}.${process.pid}.tmp`
  try {
    await writeFile(beside, '')
  } catch (cause) {
    const why = `${messageOf(cause)}. Name a file in a folder that can be written to.`
    throw new BadInputError(`The ${what} ${file} cannot be written: ${why}`, { cause })
  } finally {
    await rm(beside, { force: true }).catch(() => undefined)
  }
}
