// Contenders that are no dependency of the workspace: installed with npm into the cache folder when the suite first
// needs them, at fixed versions. Called by suite.ts, which says in a row that a package could not be had, and by the
// programs that use them.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'

/** By contender. */
const packages: Readonly<Record<string, { readonly name: string; readonly version: string }>> = {
  duckdb: { name: '@duckdb/node-api', version: '1.5.6-r.1' },
  'csv-parse': { name: 'csv-parse', version: '7.0.3' },
  udsv: { name: 'udsv', version: '0.7.3' },
}

const installMs = 180_000

/** The package of a contender; `any`, since its types are not installed. @throws Error if it is not there. */
export function peer(contender: string): any {
  const name = packages[contender]?.name ?? contender
  return createRequire(join(folderOf(contender), 'package.json'))(name)
}

/** Installs what is missing; what could not be had comes back, each with the reason. */
export function missingPeers(contenders: readonly string[]): Record<string, string> {
  const missing: Record<string, string> = {}
  for (const contender of contenders) {
    const found = packages[contender]
    if (found === undefined || isInstalled(contender)) continue
    const folder = folderOf(contender)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const flags = ['--no-audit', '--no-fund', '--loglevel=error']
    const npm = spawnSync('npm', ['install', ...flags, `${found.name}@${found.version}`], {
      cwd: folder,
      encoding: 'utf8',
      timeout: installMs,
    })
    if (npm.status === 0 && isInstalled(contender)) continue
    const said = npm.error?.message ?? npm.stderr.trim().split('\n')[0] ?? ''
    missing[contender] = `${found.name} could not be installed: ${said}`
  }
  return missing
}

/** Whether the contender needs no package, or has it. */
export function isInstalled(contender: string): boolean {
  const name = packages[contender]?.name
  return name === undefined || existsSync(join(folderOf(contender), 'node_modules', name, 'package.json'))
}

/** One for each: a failed installation must not cost the others theirs. The version is part of the name. */
function folderOf(contender: string): string {
  return join(cacheFolder(), `${contender}-${packages[contender]?.version}`)
}
