/**
 * Where the build of this package has the files that threads begin with: tests run on the sources, workers on the build.
 * Called by whoever starts a thread.
 */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The built file of this name, such as `worker/entry.js`. */
export function builtFile(name: string): URL {
  // by the package's name: how far up it lies depends on how this file was bundled
  const manifest = createRequire(import.meta.url).resolve('@millrace/scheduler/package.json')
  return pathToFileURL(join(dirname(manifest), 'dist', name))
}
