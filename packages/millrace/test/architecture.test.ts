/** Goal: every path that pages about the code name exists. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

// docs/api is made by npm run docs
test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/glossary.md', 'docs/laws.md'])(
  '%s names only what is there',
  (page) => {
    const text = readFileSync(`${root}${page}`, 'utf8')
    const paths = [
      ...text.matchAll(/`((?:packages|examples|bench|scripts|docs|\.ci|\.dependency)[\w./-]*)`/g),
    ]
    expect(paths.length).toBeGreaterThan(0)
    expect(
      paths.map(([, path]) => path).filter((path) => path !== 'docs/api' && !existsSync(`${root}${path}`)),
    ).toEqual([])
  },
)
