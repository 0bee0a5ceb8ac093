// Set-up: installs the packages when the lockfile or a package.json changed, then brings the build up to
// date. Called first by start, test and bench; by itself it is `npm run setup`. It prints to stderr only.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pnpm } from './pnpm.mjs'
import { root, runNode } from './process.mjs'

const packages = readdirSync(join(root, 'packages'))
const stamp = join(root, 'node_modules/.cache/millrace-setup')
const say = (text) => process.stderr.write(`${text}\n`)
const toStderr = { stdio: ['ignore', 2, 2] }

/** Resolves to 0, or to the exit code of the step that failed. */
export async function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Millrace needs Node 20.19 or later; this is ${process.versions.node}.`)
    return 1
  }
  return (await install()) || (await build())
}

async function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()) return 0

  say('setting up: installing packages (once)')
  const { code } = await pnpm(['install', '--frozen-lockfile'], toStderr)
  if (code !== 0) {
    say('setting up: the packages could not be installed (see above).')
    say('If a package.json was edited, bring the lockfile up to date: npm run pnpm -- install')
    return code
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, fingerprint())
  return 0
}

async function build() {
  if (!packages.every((name) => existsSync(join(root, 'packages', name, 'dist')))) {
    say('setting up: building')
  }
  const { code } = await runNode(['node_modules/typescript/bin/tsc', '-b'], toStderr)
  if (code !== 0) {
    say('setting up: the build failed (see above).')
    return code
  }
  // only now is esbuild sure to be installed
  const { bundle } = await import('./bundle.mjs')
  await bundle(packages)
  return 0
}

/** What the installed packages depend on; any change of it means a new install. */
function fingerprint() {
  const hash = createHash('sha256')
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'examples/package.json',
    'bench/package.json',
    ...packages.map((name) => `packages/${name}/package.json`),
  ]
  for (const file of files) {
    const path = join(root, file)
    hash.update(`${file}\n`).update(existsSync(path) ? readFileSync(path) : '')
  }
  // The tools' binaries differ by platform; a node_modules made by npm lacks pnpm's own record.
  const madeByPnpm = existsSync(join(root, 'node_modules/.modules.yaml'))
  return `${hash.digest('hex')} ${process.platform}-${process.arch} ${madeByPnpm}`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = await setup()
