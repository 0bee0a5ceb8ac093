/** Where the page of an error code is to be read. Told to people at a terminal; logs have the code. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The address of the page of a code, in the repository that package.json names. */
export function addressOf(code: string): string {
  const text = readFileSync(createRequire(import.meta.url).resolve('millrace/package.json'), 'utf8')
  const { repository } = JSON.parse(text) as { readonly repository: { readonly url: string } }
  return `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/docs/errors/${code}.md`
}

/** A line with the address, where standard error is a terminal; else none. */
export function linesOfPage(code: string, isTerminal = process.stderr.isTTY === true): string[] {
  return isTerminal ? [`  see ${addressOf(code)}`] : []
}
