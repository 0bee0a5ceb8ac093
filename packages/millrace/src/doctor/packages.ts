/** Which packages there are: Millrace's own, and those that some terms and options need. Called by `command/doctor.ts`. */

import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageVersion } from '../version.ts'
import { type Finding, note, ok, problem } from './finding.ts'

const OWN = ['@millrace/core', '@millrace/terms', '@millrace/scheduler', '@millrace/ui']
/** Of the same version as the others, where it is installed. */
const CLUSTER = '@millrace/cluster'

/** What may be installed beside Millrace, and what for. */
const OPTIONAL: Readonly<Record<string, string>> = {
  tsx: 'for graphs in TypeScript on Node 20, and for enums, paths of a tsconfig and the like on any Node',
  rxjs: 'for millrace/rx',
  '@opentelemetry/api': 'for millrace/otel',
  typescript: 'for types in an editor; nothing of Millrace needs it to run',
}

/** Looks from `folder`, where the user's program is, for what may be installed there. */
export function packageFindings(folder: string): Finding[] {
  const version = packageVersion()
  const here = packageOf('millrace', import.meta.url)
  const theirs = packageOf('millrace', join(folder, 'package.json'))
  const cluster = packageOf(CLUSTER, import.meta.url)
  const others = [...OWN, ...(cluster === undefined ? [] : [CLUSTER])].flatMap((name): Finding[] => {
    const seen = packageOf(name, import.meta.url)?.version ?? 'none'
    if (seen === version) return []
    return [problem(name, seen, `It belongs to millrace ${version}. Install millrace again.`)]
  })
  const isOther = here !== undefined && theirs !== undefined && here.folder !== theirs.folder
  const own = isOther
    ? note('millrace', version, `Programs in this folder import ${theirs.version}, in ${theirs.folder}.`)
    : ok('millrace', version)
  const hosts =
    cluster === undefined ? ok(CLUSTER, 'not installed', 'for runs over hosts') : ok(CLUSTER, cluster.version)
  return [
    own,
    ...others,
    hosts,
    ...Object.entries(OPTIONAL).map(([name, use]) => optional(name, use, folder)),
  ]
}

function optional(name: string, use: string, folder: string): Finding {
  const found = packageOf(name, join(folder, 'package.json'))
  return found === undefined ? ok(name, 'not installed', use) : ok(name, found.version, use)
}

/** A package's version and folder, as found from a file. Packages need not export their package.json. */
function packageOf(
  name: string,
  from: string,
): { readonly version: string; readonly folder: string } | undefined {
  for (const modules of createRequire(from).resolve.paths(name) ?? []) {
    const folder = join(modules, ...name.split('/'))
    const { version } = jsonIn(join(folder, 'package.json'))
    if (version !== undefined) return { version, folder: realpathSync(folder) }
  }
  return undefined
}

function jsonIn(file: string): { readonly version?: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string }
  } catch {
    return {}
  }
}
