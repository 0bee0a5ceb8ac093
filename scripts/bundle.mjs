// Makes the JavaScript of each package: one file per entry point, and what several of them share in chunks. A thread
// loads a package in a fraction of the time that its hundred single files would take. tsc makes the types beside it.
// Called by set-up. Files that come out the same are left alone.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { root } from './process.mjs'

/** What is loaded by its path and not by its name: the command. */
const loadedByPath = { millrace: ['cli', 'leave'] }

/** What a thread begins with: one file each, though they have code in common, since each file takes its time to load. */
const threadEntries = {
  scheduler: ['typescript/hooks', 'worker/entry', 'parts/entry', 'stealing/entry'],
}

/** Bundles the package of each folder in `packages/`. @throws if a source cannot be parsed or an import leads nowhere. */
export async function bundle(folders) {
  await Promise.all(folders.map(bundlePackage))
}

async function bundlePackage(folder) {
  const home = join(root, 'packages', folder)
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  const named = Object.values(exports).flatMap((entry) =>
    entry.default === undefined ? [] : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, '$1')],
  )
  const made = new Map([
    ...(await bundleEntries(home, [...named, ...(loadedByPath[folder] ?? [])], true)),
    ...(await bundleEntries(home, threadEntries[folder] ?? [], false)),
  ])
  removeOthers(join(home, 'dist'), made)
  for (const [path, contents] of made) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/** Resolves to what the files hold, by path. `splitting`: what entries share goes to chunks; else each has all it needs. */
async function bundleEntries(home, entries, splitting) {
  const { outputFiles } = await build({
    absWorkingDir: home,
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    write: false,
  })
  return outputFiles.map(({ path, contents }) => [path, contents])
}

/** Deletes the JavaScript of earlier builds, and types whose sources are gone: they would be published. */
function removeOthers(dist, made) {
  if (!existsSync(dist)) return
  for (const file of readdirSync(dist, { recursive: true })) {
    const path = join(dist, file)
    if (/\.js(\.map)?$/.test(file) && !made.has(path)) rmSync(path)
    const [, stem] = /^(.*)\.d\.ts(?:\.map)?$/.exec(file) ?? []
    if (stem !== undefined && !existsSync(join(dirname(dist), 'src', `${stem}.ts`))) rmSync(path)
  }
}
