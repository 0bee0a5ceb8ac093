// Reads docs/catalogue.md: which terms there are, under which heading, and what each is called elsewhere.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process.mjs'

/** `[{ name, heading, elsewhere }]`, one for each name in a first cell, in the order of the page. */
export function catalogue() {
  const rows = []
  let heading = ''
  for (const line of readFileSync(join(root, 'docs/catalogue.md'), 'utf8').split('\n')) {
    if (line.startsWith('## ')) heading = line.slice(3).trim()
    if (!line.startsWith('| `')) continue
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const names = new Set(Array.from((cells[1] ?? '').matchAll(/`(\w+)/g), ([, name]) => name))
    for (const name of names) rows.push({ name, heading, elsewhere: cells[6] ?? '' })
  }
  return rows
}
