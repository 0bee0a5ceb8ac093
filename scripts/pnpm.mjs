// The one way this repository calls pnpm: the exact version named in package.json, through npx, so that
// Node and npm are all a machine needs. Also a command: `npm run pnpm -- add …`.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './process.mjs'

/** Runs pnpm at the repository's root; resolves as `run` does. */
export function pnpm(args, options = {}) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const env = { ...process.env }
  // `npm -s` would reach pnpm as this variable and hide its errors.
  delete env.npm_config_loglevel
  // The version is exact, so what npm has kept is what it would fetch; without a network it would first
  // try for a minute.
  return run('npx', ['--yes', '--prefer-offline', '--loglevel=error', packageManager, ...args], {
    ...options,
    env,
    shell: process.platform === 'win32',
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await pnpm(process.argv.slice(2))).code
}
