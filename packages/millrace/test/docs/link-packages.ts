/** `linkPackages`: a folder `node_modules` in which the examples find what several packages have installed. Called by `docs.test.ts`. */

import * as fs from 'node:fs'
import { join } from 'node:path'

/** Links what each folder of `from` has installed; where two have the same package, that of the first. */
export function linkPackages(to: string, from: readonly string[]): void {
  fs.mkdirSync(to)
  for (const folder of from) linkAll(join(folder, 'node_modules'), to)
}

function linkAll(from: string, to: string): void {
  for (const name of fs.readdirSync(from)) {
    if (name.startsWith('.')) continue
    const [target, path] = [join(from, name), join(to, name)]
    if (!name.startsWith('@')) {
      if (!fs.existsSync(path)) fs.symlinkSync(fs.realpathSync(target), path, 'junction')
      continue
    }
    fs.mkdirSync(path, { recursive: true })
    linkAll(target, path)
  }
}
