/**
 * Finds the config that applies to a folder. Called by `resolve.ts` unless a file was named.
 *
 * The nearest folder that has one counts: `millrace.config.*`, or `"millrace"` in package.json. The search goes
 * upwards and ends with the first folder that holds a package.json or `.git`: what lies beyond belongs to others.
 */

import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BadInputError } from '@millrace/core'
import { shortPath } from '../report/frame.ts'
import { PACKAGE_FILE, packageConfig } from './load.ts'

/** No further dots: `millrace.config.test.ts` and an editor's backup are no configs. */
const CONFIG_FILE = /^millrace\.config\.\w+$/

/**
 * The path of the config, or undefined.
 *
 * @throws {BadInputError} if a folder holds several: none of them could be said to win.
 */
export async function findConfig(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((): string[] => [])
  const found = names.filter((name) => CONFIG_FILE.test(name)).sort()
  const isPackage = names.includes(PACKAGE_FILE)
  if (isPackage && (await packageConfig(join(folder, PACKAGE_FILE))) !== undefined) found.push(PACKAGE_FILE)
  if (found.length > 1) {
    const paths = found.map((name) => shortPath(join(folder, name)))
    throw new BadInputError(
      `There are several configs: ${paths.join(', ')}. Keep one, or name one with --config.`,
    )
  }
  if (found[0] !== undefined) return join(folder, found[0])
  const parent = dirname(folder)
  const isTop = isPackage || names.includes('.git') || parent === folder
  return isTop ? undefined : findConfig(parent)
}
