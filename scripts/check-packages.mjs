// Checks what would be published: packs each package into a temporary folder, lints the archive (publint,
// are-the-types-wrong), unpacks all of them side by side and loads every entry point from there, then makes projects
// that install them. Needs a finished build; leaves nothing behind.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checkProjects } from './check-projects.mjs'
import { archiveOf, folders, manifestOf, pack } from './packed.mjs'
import { root, run, runNode } from './process.mjs'

const temp = mkdtempSync(join(tmpdir(), 'millrace-packages-'))
let failed = false

try {
  await check()
} finally {
  rmSync(temp, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

async function check() {
  report('pnpm pack', await pack(temp))
  if (failed) return

  const packed = folders.map((folder) => ({ folder, manifest: manifestOf(folder) }))
  for (const { folder, manifest } of packed) await unpack(folder, manifest)
  for (const { manifest } of packed) {
    const archive = archiveOf(temp, manifest)
    report(
      `publint ${manifest.name}`,
      await runNode(['node_modules/publint/src/cli.js', archive, '--strict'], { capture: true }),
    )
    // a command has no types
    if (Object.keys(manifest.exports).length === 1) continue
    report(
      `attw ${manifest.name}`,
      await runNode(['node_modules/@arethetypeswrong/cli/dist/index.js', archive, '--profile', 'esm-only'], {
        capture: true,
      }),
    )
  }
  for (const { manifest } of packed) await load(manifest)
  await checkProjects(temp, report)
}

/** Lays a package out as an install would: its archive unpacked, its dependencies from elsewhere linked. */
async function unpack(folder, manifest) {
  const target = join(temp, 'node_modules', manifest.name)
  mkdirSync(target, { recursive: true })
  report(
    `unpack ${manifest.name}`,
    await run('tar', ['-xzf', archiveOf(temp, manifest), '-C', target, '--strip-components=1'], {
      capture: true,
    }),
  )
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (range.startsWith('workspace:')) continue
    const link = join(target, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'packages', folder, 'node_modules', name), link, 'junction')
  }
  // peers lie beside the packages, where the user puts them
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    const link = join(temp, 'node_modules', name)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'packages', folder, 'node_modules', name), link, 'junction')
  }
  const files = readdirSync(target, { recursive: true }).filter((file) => !file.startsWith('node_modules'))
  const own = files.filter((file) => !file.startsWith('templates'))
  const unwanted = own.filter((file) => /\.(test|test-d|case)\.|(^|[\\/])test[\\/]|tsbuildinfo$/.test(file))
  if (unwanted.length > 0) fail(`${manifest.name} would publish ${unwanted.join(', ')}`)
  if (!files.includes('LICENSE')) fail(`${manifest.name} would publish no LICENSE`)
}

async function load(manifest) {
  const entries = Object.keys(manifest.exports)
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => manifest.name + entry.slice(1))
  for (const entry of entries) {
    // A file in the temporary folder, so that the name resolves to the unpacked archive.
    const source = `await import(${JSON.stringify(entry)})`
    const file = join(temp, 'load.mjs')
    writeFileSync(file, source)
    report(`import ${entry}`, await runNode([file], { capture: true }))
  }
  for (const [command, path] of Object.entries(manifest.bin ?? {})) {
    const file = join(temp, 'node_modules', manifest.name, path)
    if (!existsSync(file)) fail(`${manifest.name}: the command ${command} has no file`)
    else report(`${command} --help`, await runNode([file, '--help'], { capture: true }))
  }
}

function report(step, { code, output }) {
  if (code !== 0) fail(`${step} failed:\n${output.trim()}`)
}

function fail(text) {
  failed = true
  console.error(text)
}
