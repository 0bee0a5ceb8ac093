/** Goal: every path that pages about the code name exists. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/glossary.md', 'docs/laws.md'])(
  '%s names only what is there',
  (page) => {
    const text = readFileSync(`${root}${page}`, 'utf8')
    const paths = [
      ...text.matchAll(/`((?:packages|examples|bench|scripts|docs|\.ci|\.dependency)[\w./-]*)`/g),
    ]
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.map(([, path]) => path).filter((path) => !existsSync(`${root}${path}`))).toEqual([])
  },
)
