/** Checks the files that a run leaves behind, before it begins. Called by `command/run.ts`. */

import { rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BadInputError, messageOf } from '@millrace/core'

/** The files of a command, by what they are. */
export interface CommandFiles {
  readonly module: string
  readonly config: string | undefined
  readonly summary: string | undefined
  readonly telemetry: string | undefined
  readonly deadLetters: string | undefined
}

/**
 * A run must not find out at its end that it cannot write, nor write over what it was made of.
 *
 * @throws {BadInputError} if a file cannot be written, or is two things at once.
 */
export async function checkOutputFiles(files: CommandFiles): Promise<void> {
  const { module, config, summary, telemetry, deadLetters } = files
  const taken = new Map([[resolve(module), 'the module']])
  if (config !== undefined) taken.set(resolve(config), 'the config')
  for (const [what, file] of [
    ['summary', summary],
    ['telemetry', telemetry],
    ['dead letters', deadLetters],
  ] as const) {
    if (file === undefined) continue
    const other = taken.get(resolve(file))
    if (other !== undefined) {
      throw new BadInputError(
        `The ${what} ${file} cannot be written: it is ${other} as well. Name another file.`,
      )
    }
    taken.set(resolve(file), `the ${what}`)
    await checkWritable(what, file)
    if (what === 'summary') await tryBeside(file)
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

/** The other files are opened before the run; this one is written after it, beside its place. */
async function tryBeside(file: string): Promise<void> {
  const beside = `${resolve(file)}.${process.pid}.tmp`
  try {
    await writeFile(beside, '')
  } catch (cause) {
    const why = `${messageOf(cause)}. Name a file in a folder that can be written to.`
    throw new BadInputError(`The summary ${file} cannot be written: ${why}`, { cause })
  } finally {
    await rm(beside, { force: true }).catch(() => undefined)
  }
}
