// The packages as they would be published: archives in a folder. Used by check-packages and check-projects.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { root } from './process.mjs'

/** The folders in `packages/`. */
export const folders = readdirSync(join(root, 'packages'))

/** Packs every package into a folder; resolves as `run` does. */
export function pack(to) {
  return pnpm(['--recursive', '--filter=./packages/*', 'pack', '--pack-destination', to], { capture: true })
}

/** The package.json of a folder in `packages/`. */
export function manifestOf(folder) {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
}

/** Where `pack` has put a package. */
export function archiveOf(to, { name, version }) {
  return join(to, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

/** Makes a project take every package from its archive: what an install would ask the registry for is not there yet. */
export function fromArchives(manifest, to) {
  const archives = Object.fromEntries(
    folders.map(manifestOf).map((packed) => [packed.name, `file:${archiveOf(to, packed)}`]),
  )
  const dependencies = { ...manifest.dependencies }
  for (const name of Object.keys(dependencies)) dependencies[name] = archives[name] ?? dependencies[name]
  const others = Object.entries(archives).filter(([name]) => dependencies[name] === undefined)
  return { ...manifest, dependencies, overrides: Object.fromEntries(others) }
}
