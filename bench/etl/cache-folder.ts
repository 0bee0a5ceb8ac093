// Where the suite keeps what is made once: input files, and packages of contenders that are no dependency of the
// workspace. Never committed; deleting the folder is harmless.

import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder, made if need be. The same whether the caller runs as TypeScript or as plain JavaScript. */
export function cacheFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  // only the package itself has the sources: the plain copies lie below its node_modules
  while (!existsSync(join(folder, 'harness', 'plain-javascript.ts'))) folder = dirname(folder)
  const cache = join(folder, 'node_modules', '.cache', 'etl')
  mkdirSync(cache, { recursive: true })
  return cache
}
