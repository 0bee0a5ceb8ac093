/**
 * Where the build of this package has the files that threads begin with: tests run on the sources, workers on the build.
 * Called by whoever starts a thread, and before any run that will.
 */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { BundledError } from './errors.ts'

/**
 * The built file of this name, such as `worker/entry.js`.
 *
 * @throws {BundledError} if this code was bundled with the user's, away from the package and from tinypool's files.
 */
export function builtFile(name: string): URL {
  const folder = packageFolder()
  if (folder === undefined) throw new BundledError(name, import.meta.url)
  return pathToFileURL(join(folder, 'dist', name))
}

/**
 * Refuses a run on workers in a bundle that has none of their files.
 *
 * @throws {BundledError} as `builtFile`, and if the package was installed without its build.
 */
export function requireWorkerFiles(): void {
  const entry = fileURLToPath(builtFile('worker/entry.js'))
  if (!existsSync(entry)) throw new BundledError(entry, import.meta.url)
}

/** `undefined` if this file is not in it: then it is part of a bundle, even where the package is installed, too. */
function packageFolder(): string | undefined {
  // `undefined` in a bundle for CommonJS
  const here = import.meta.url as string | undefined
  if (here === undefined) return undefined
  try {
    // by the package's name: how far up it lies depends on how this file was bundled
    const folder = dirname(createRequire(here).resolve('@millrace/scheduler/package.json'))
    return relative(folder, fileURLToPath(here)).split(sep)[0] === '..' ? undefined : folder
  } catch {
    return undefined
  }
}
