/** The templates: folders of `templates/`, each a project that runs as it is. Read by the command; nothing here writes. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What each template is for, by its name; the first is the default. */
export const TEMPLATES = {
  etl: 'reads a CSV file, drops what is broken, writes totals',
  feed: 'a live source with windows, and a page that shows the run',
  cpu: 'heavy work on a pool of threads',
  cluster: 'one graph over several hosts; needs nats-server',
} as const

/** The name of a template. */
export type Template = keyof typeof TEMPLATES

/** Whether there is a template of this name. */
export function isTemplate(name: string): name is Template {
  return Object.hasOwn(TEMPLATES, name)
}

const folder = fileURLToPath(new URL('../templates', import.meta.url))

/** The files of a template by their paths in the project, with `/` between the parts. */
export function filesOf(template: Template): Map<string, string> {
  const home = join(folder, template)
  const files = new Map<string, string>()
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(home.length + 1).replaceAll(sep, '/')
    // npm leaves files of the true name out of what it packs
    files.set(name === 'gitignore' ? '.gitignore' : name, readFileSync(path, 'utf8'))
  }
  return files
}
