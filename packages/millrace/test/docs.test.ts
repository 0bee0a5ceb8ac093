/**
 * Goal: what the documentation shows is true. Every example of the README, of the pages in docs/ and of the doc
 * comments compiles, runs, and prints what it says; every command shown prints what is shown; every link leads
 * somewhere; no public class or function goes without an example unless the list below says why.
 *
 * Each page or source gets a folder. A block is an ES module in it: `ts` blocks are run, `no-run` ones are not,
 * `file=name` names the module or data file for the blocks and commands after it. In `console` blocks the lines that
 * begin with `$ npx millrace` are run. A block with `needs=redis` is run where a server of that kind answers; elsewhere it is
 * compiled only, and a line says that it was left out. See `docs/needs.ts`.
 */

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format } from 'node:util'
import * as core from '@millrace/core'
import * as testing from '@millrace/core/testing'
import * as workerTesting from '@millrace/scheduler/testing'
import * as terms from '@millrace/terms'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import * as find from './docs/blocks.ts'
import { typeErrors } from './docs/check-types.ts'
import { linkPackages } from './docs/link-packages.ts'
import { neededBy, whichAreThere } from './docs/needs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const cli = join(root, 'packages/millrace/bin/millrace.js')
const temporary = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'millrace-docs-')))
const startedIn = process.cwd()
const COMPILE_TIMEOUT_MS = 300_000

// commands run the built package, found as an installed one is
linkPackages(join(temporary, 'node_modules'), [root, join(root, 'packages/connect')])
fs.writeFileSync(join(temporary, 'package.json'), '{ "type": "module" }\n')

interface Page {
  /** Path in the workspace. */
  readonly path: string
  readonly text: string
  /** Where its blocks are written to. */
  readonly folder: string
  readonly blocks: readonly PlacedBlock[]
}

interface PlacedBlock extends find.Block {
  readonly file: string
}

const pages = ['README.md', ...filesIn('docs', /^(?!api\/).*\.md$/)].map((path) =>
  pageOf(path, find.blocksOf),
)
const sources = ['core', 'scheduler', 'terms', 'connect', 'millrace']
  .flatMap((name) => filesIn(`packages/${name}/src`, /(?<!\.test|\.test-d|\.case)\.ts$/))
  .map((path) => pageOf(path, find.examplesOf))
const examples = [...pages, ...sources].flatMap((page) =>
  page.blocks.filter(isExample).map((block) => ({ page, block, name: `${page.path}:${block.line}` })),
)

const there = await whichAreThere(examples.flatMap(({ block }) => neededBy(block)))

function filesIn(folder: string, wanted: RegExp): string[] {
  const path = join(root, folder)
  const found = fs.existsSync(path) ? fs.readdirSync(path, { recursive: true, encoding: 'utf8' }) : []
  return found
    .filter((file) => wanted.test(file.replaceAll('\\', '/')))
    .sort()
    .map((file) => join(folder, file))
}

function pageOf(path: string, extract: (text: string) => find.Block[]): Page {
  const text = fs.readFileSync(join(root, path), 'utf8')
  const folder = join(temporary, path.replace(/[^\w-]+/g, '-'))
  const blocks = extract(text).map((block) => {
    const named = block.words.find((word) => word.startsWith('file='))?.slice('file='.length)
    return { ...block, file: join(folder, named ?? `line-${block.line}.ts`) }
  })
  if (blocks.length > 0) fs.mkdirSync(folder)
  for (const block of blocks) {
    if (isExample(block) || block.words.some((word) => word.startsWith('file='))) {
      fs.writeFileSync(block.file, block.code)
    }
  }
  return { path, text, folder, blocks }
}

function isExample({ language, words }: find.Block): boolean {
  return language === 'ts' && !words.includes('no-run')
}

afterEach(() => {
  process.chdir(startedIn)
})

afterAll(() => {
  fs.rmSync(temporary, { recursive: true })
})

describe('examples', () => {
  for (const { page, block, name } of examples) {
    test.skipIf(!neededBy(block).every((need) => there.has(need)))(name, async () => {
      const printed: string[] = []
      const { log } = console
      console.log = (...values: unknown[]) => {
        printed.push(...format(...values).split('\n'))
      }
      process.chdir(page.folder)
      try {
        await import(pathToFileURL(block.file).href)
      } finally {
        console.log = log
      }
      const promised = find.promisedBy(block.code)
      if (promised !== undefined) expect(printed).toEqual(promised)
    })
  }

  test(
    'compile',
    () => {
      const files = examples.map(({ block }) => block.file)
      const where = (line: string): string =>
        examples.reduce((text, { block, name }) => text.replace(`${block.file}:`, `${name}, line `), line)
      expect(typeErrors(files, root).map(where)).toEqual([])
    },
    COMPILE_TIMEOUT_MS,
  )
})

describe('pages', () => {
  test('docs/README.md leads to each of them, or to the README of its folder', () => {
    const contents = pages.find(({ path }) => path === join('docs', 'README.md')) as Page
    const linked = find.linksOf(contents.text).map((link) => join('docs', link))
    const found = ({ path }: Page): boolean =>
      path === contents.path || linked.includes(path) || linked.includes(join(dirname(path), 'README.md'))
    const others = pages.filter((page) => !found(page))
    expect(others.map(({ path }) => path)).toEqual([])
  })

  for (const { path, text, folder, blocks } of pages) {
    test(`the links of ${path} lead somewhere`, () => {
      const broken = find.linksOf(text).filter((link) => {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? join(root, path) : join(root, dirname(path), file)
        if (!fs.existsSync(target)) return true
        return anchor !== undefined && !find.anchorsOf(fs.readFileSync(target, 'utf8')).includes(anchor)
      })
      expect(broken).toEqual([])
    })

    for (const { code, line } of blocks.filter(({ language }) => language === 'console')) {
      for (const { command, output } of find.commandsOf(code)) {
        if (!command.startsWith('npx millrace ')) continue
        test(`${path}:${line} ${command}`, () => {
          const args = [cli, ...command.split(' ').slice(2)]
          const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
          expect((stdout + stderr).trim()).toBe(output.trim())
        })
      }
    }
  }
})

/** What has no example of its own, and why. */
const WITHOUT_EXAMPLE: Readonly<Record<string, string>> = {
  Leaf: 'extended through SourceTerm, FunctionTerm and the like; its methods have examples',
  Term: 'abstract; its methods have examples',
  Composite: 'what pipe and parallel make',
  GraphTerm: 'what a graph module makes',
  KernelTerm: 'what kernelTerm makes',
  ModuleTerm: 'what moduleTerm makes',
  SpecSink: 'what termOfSpec makes',
  compose: 'behind pipe and sequential',
  composeParallel: 'behind parallel',
  isComposite: 'for the engine and for schedulers',
  isGraphTerm: 'for the engine and for schedulers',
  checkEdgeOptions: 'behind Leaf.edge',
  checkGraph: 'behind compileGraph',
  sketchGraph: 'behind toJSON, toMermaid, toDot',
  cyclesOf: 'for the engine and for schedulers',
  fingerprint: 'for schedulers',
  firstDifference: 'for schedulers',
  isGraphModule: 'for the command line and for schedulers',
  termOfExport: 'for the command line and for schedulers',
  termRebuilt: 'for schedulers',
  checkSyncFunction: 'for libraries of terms',
  isAsyncFunction: 'for libraries of terms',
}

describe('public classes and functions', () => {
  const declared = /^export (?:abstract )?(?:async )?(?:class|function) (\w+)/
  const shown = new Set(
    sources.flatMap(({ text }) =>
      find
        .docComments(text)
        .filter((comment) => comment.text.includes('@example'))
        .map(({ subject }) => declared.exec(subject)?.[1]),
    ),
  )
  const names = Object.entries({ ...core, ...testing, ...workerTesting, ...terms })
    .filter(([, value]) => typeof value === 'function' && !isError(value))
    .map(([name]) => name)

  function isError(value: object): boolean {
    return 'prototype' in value && value.prototype instanceof Error
  }

  test('have an example each, or a reason why not', () => {
    const bare = names.filter((name) => !shown.has(name) && !(name in WITHOUT_EXAMPLE))
    expect(bare, 'write an @example, or a reason into WITHOUT_EXAMPLE').toEqual([])
  })

  test('have no such reason once they have an example or are gone', () => {
    expect(Object.keys(WITHOUT_EXAMPLE).filter((name) => shown.has(name) || !names.includes(name))).toEqual(
      [],
    )
  })
})
