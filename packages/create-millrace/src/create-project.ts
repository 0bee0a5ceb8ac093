/** Writes a new project: the files of a template, with the project's own name in them. Called by the command. */

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { filesOf, type Template } from './templates.ts'

/** What a new project is made from. */
export interface Project {
  /** Where it goes. The folder may exist if it is empty, but for `.git`. */
  readonly dir: string
  readonly template: Template
  /** The program that installs its packages. */
  readonly manager: 'npm' | 'pnpm'
  /** The version of Millrace that it needs at least. */
  readonly version: string
}

/** Why a project cannot be made; the message says what to do. */
export class CannotCreateError extends Error {
  override name = 'CannotCreateError'
}

/**
 * Writes the files and returns their paths in the project. No file that exists is ever written to.
 *
 * @throws {CannotCreateError} if the folder holds anything, is a file, or cannot be written to.
 */
export function createProject({ dir, template, manager, version }: Project): readonly string[] {
  checkEmpty(dir)
  const name = packageName(dir)
  const files = filesOf(template)
  // pnpm asks which packages may run code at their installation; esbuild works without
  if (manager === 'pnpm')
    files.set('pnpm-workspace.yaml', 'packages:\n  - .\nignoredBuiltDependencies:\n  - esbuild\n')
  for (const [path, text] of files) {
    const target = join(dir, path)
    try {
      makeFolder(dirname(target))
      writeFileSync(target, adapted(path, text, { name, template, manager, version }), { flag: 'wx' })
    } catch (error) {
      throw new CannotCreateError(
        `${target} cannot be written: ${(error as Error).message}. Name another folder.`,
        {
          cause: error,
        },
      )
    }
  }
  return [...files.keys()].sort()
}

/** `mkdirSync(…, { recursive: true })` never returns where a folder's parent is there and takes none, as in /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    const parent = dirname(path)
    if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error
    makeFolder(parent)
    mkdirSync(path)
  }
}

function checkEmpty(dir: string): void {
  if (dir.trim() === '') throw new CannotCreateError('The folder has no name. Name one that is new or empty.')
  let names: readonly string[]
  try {
    names = readdirSync(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    throw new CannotCreateError(`${dir} is no folder that can be read. Name another one.`, { cause: error })
  }
  const others = names.filter((name) => name !== '.git')
  if (others.length === 0) return
  throw new CannotCreateError(
    `${dir} is not empty: it holds ${others[0]}. Nothing was written. Name a folder that is new or empty.`,
  )
}

/** npm takes no more of a name; some is left for what is put behind it. */
const MOST_CHARS = 200
/** No project can have the name of a package that it needs, nor these two of npm's. */
const TAKEN = ['millrace', 'tsx', 'typescript', 'node_modules', 'favicon.ico']

/** The folder's name as npm allows it for a package. */
export function packageName(dir: string): string {
  const name = basename(resolve(dir))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, MOST_CHARS)
    .replace(/-+$/, '')
  if (name === '') return 'millrace-app'
  return TAKEN.includes(name) ? `${name}-app` : name
}

interface Names extends Omit<Project, 'dir'> {
  readonly name: string
}

function adapted(path: string, text: string, { name, template, manager, version }: Names): string {
  if (path === 'package.json') {
    const manifest = JSON.parse(text) as { name: string; dependencies: Record<string, string> }
    manifest.name = name
    for (const dependency of Object.keys(manifest.dependencies)) {
      if (/^(@millrace\/|millrace$)/.test(dependency)) manifest.dependencies[dependency] = `^${version}`
    }
    return `${JSON.stringify(manifest, null, 2)}\n`
  }
  if (path !== 'README.md') return text
  const named = text.replaceAll(`millrace-${template}`, name)
  return manager === 'npm'
    ? named
    : named.replaceAll(' -- ', ' ').replaceAll('`npm ', '`pnpm ').replaceAll('npx ', 'pnpm exec ')
}
