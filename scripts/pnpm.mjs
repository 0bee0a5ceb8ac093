// The one way this repository calls pnpm: the exact version named in package.json, through npx, so that
// Node and npm are all a machine needs. Also a command: `npm run pnpm -- add …`.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './process.mjs'

/** Runs pnpm at the repository's root; resolves as `run` does. */
export function pnpm(args, options = {}) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // The version is exact, so what npm has kept is what it would fetch; without a network it would first
  // try for a minute.
  return run('npx', ['--yes', '--prefer-offline', '--loglevel=error', packageManager, ...args], {
    ...options,
    env: environment(process.env),
    shell: process.platform === 'win32',
  })
}

/**
 * Where an npm around this process left what it was called with: `npm -s` hides pnpm's errors, and
 * `npm exec -c …` or `npx -p …` make npx start their command instead of pnpm. What says where packages come
 * from (registry, proxy, certificates, cache) stays.
 */
const OUTER_CALL =
  /^npm_config_(call|package|yes|loglevel|workspaces?|include_workspace_root|if_present|ignore_scripts|prefix|local_prefix|global|location|omit|include|production|dry_run)$/i

/** The variables of `env` without those that belong to the npm call which started this process. */
export function environment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OUTER_CALL.test(name)))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await pnpm(process.argv.slice(2))).code
}
