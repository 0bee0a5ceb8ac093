// Makes the JavaScript of each package: one file per entry point, and what several of them share in chunks. A thread
// loads a package in a fraction of the time that its hundred single files would take. tsc makes the types beside it.
// What a package names as a dependency or a peer stays outside; what it names for development only is taken in, with its
// licence. Called by set-up. Files that come out the same are left alone.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { root } from './process.mjs'

/** What is loaded by its path and not by its name: the command. */
const loadedByPath = { millrace: ['cli', 'leave'], 'create-millrace': ['cli'] }

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
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  const { exports, dependencies, peerDependencies } = manifest
  const external = Object.keys({ ...dependencies, ...peerDependencies })
  const named = Object.values(exports).flatMap((entry) =>
    entry.default === undefined ? [] : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, '$1')],
  )
  const results = [
    await bundleEntries(home, external, [...named, ...(loadedByPath[folder] ?? [])], true),
    await bundleEntries(home, external, threadEntries[folder] ?? [], false),
    ...(existsSync(join(home, 'page')) ? [await bundlePage(home)] : []),
  ]
  const made = new Map(
    results.flatMap(({ outputFiles }) => outputFiles.map(({ path, contents }) => [path, contents])),
  )
  const licences = licencesOf(home, results)
  if (licences !== '') made.set(join(home, 'dist/third-party.txt'), Buffer.from(licences))
  removeOthers(join(home, 'dist'), made)
  for (const [path, contents] of made) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/** `splitting`: what entries share goes to chunks; else each has all it needs. */
function bundleEntries(home, external, entries, splitting) {
  return build({
    absWorkingDir: home,
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting,
    external,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    metafile: true,
    write: false,
  })
}

/** The page that a package brings for browsers, with all it needs: a script and a style. */
function bundlePage(home) {
  return build({
    absWorkingDir: home,
    entryPoints: { app: 'page/main.tsx' },
    outdir: 'dist/page',
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // see there
    define: { Intl: 'PlainIntl' },
    inject: ['page/plain-intl.ts'],
    legalComments: 'eof',
    tsconfigRaw: {},
    logLevel: 'error',
    metafile: true,
    write: false,
  })
}

/** The licences of the packages that were taken in; empty if there are none. */
function licencesOf(home, results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const folders = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [])
  return [...new Set(folders)]
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(home, folder, 'package.json'), 'utf8'))
      const file = readdirSync(join(home, folder)).find((entry) => /^licen[cs]e/i.test(entry))
      if (file === undefined) throw new Error(`${name} is taken in, but brings no licence`)
      return `${name} ${version}\n\n${readFileSync(join(home, folder, file), 'utf8').trim()}\n`
    })
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
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
