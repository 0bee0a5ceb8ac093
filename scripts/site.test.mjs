// Goal: every term of the catalogue is a leaf of "I want to …", which names nothing else, and every guide is on the site.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './process.mjs'
import { catalogue } from './site/catalogue.mjs'

const textOf = (path) => readFileSync(join(root, path), 'utf8')

test('every term is a leaf of "I want to …"', () => {
  const terms = catalogue().map(({ name }) => name)
  const leaves = Array.from(textOf('docs/i-want-to.md').matchAll(/`(\w+)`/g), ([, name]) => name)
  expect(terms.length).toBeGreaterThan(100)
  expect([...new Set(leaves)].sort()).toEqual([...new Set(terms)].sort())
})

test('every guide is a page of the site', () => {
  const { projectDocuments } = JSON.parse(textOf('typedoc.json'))
  const guides = readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md') && path !== 'docs/README.md')
  const isOnSite = (path) =>
    projectDocuments.includes(path) ||
    projectDocuments.includes(`${path.slice(0, path.lastIndexOf('/'))}/*.md`)
  expect(guides.filter((path) => !isOnSite(path))).toEqual([])
})
