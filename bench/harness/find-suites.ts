// Finds the suites: every folder of this package with a `suite.ts` is one. Called by main.ts.

import { existsSync, readdirSync } from 'node:fs'
import type { Suite } from './contracts.ts'

const benchFolder = new URL('../', import.meta.url)

export function suiteNames(): string[] {
  return readdirSync(benchFolder)
    .filter((folder) => existsSync(new URL(`${folder}/suite.ts`, benchFolder)))
    .sort()
}

/** @throws Error when the folder has none, with the names of those that do. */
export async function loadSuite(name: string): Promise<Suite> {
  const names = suiteNames()
  if (!names.includes(name)) throw new Error(`there is no suite "${name}"; there are ${names.join(', ')}`)
  const { suite } = (await import(new URL(`${name}/suite.ts`, benchFolder).href)) as { suite: Suite }
  return suite
}
