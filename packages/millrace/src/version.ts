/** The version of the installed package, for `--version` and for summaries. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** As package.json says. */
export function packageVersion(): string {
  const text = readFileSync(createRequire(import.meta.url).resolve('millrace/package.json'), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
