// Finds the suites: every folder of this package with a `suite.ts` is one. Called by main.ts.

import { existsSync, readdirSync } from 'node:fs'
import type { OwnOptions, Suite, SuiteModule } from './contracts.ts'

const benchFolder = new URL('../', import.meta.url)

export function suiteNames(): string[] {
  return readdirSync(benchFolder)
    .filter((folder) => existsSync(new URL(`${folder}/suite.ts`, benchFolder)))
    .sort()
}

/** @throws Error when the folder has none, with the names of those that do, and for options that the suite does not take. */
export async function loadSuite(name: string, options: OwnOptions = {}): Promise<Suite> {
  const names = suiteNames()
  if (!names.includes(name)) throw new Error(`there is no suite "${name}"; there are ${names.join(', ')}`)
  const module = (await import(new URL(`${name}/suite.ts`, benchFolder).href)) as SuiteModule
  const [own] = Object.keys(options)
  if (own === undefined) return module.suite
  if (module.withOptions === undefined) throw new Error(`${name} takes no --${own}`)
  return module.withOptions(options)
}
