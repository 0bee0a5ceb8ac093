/**
 * Imports a module that a user named on the command line: a graph or a config, TypeScript or JavaScript.
 * JavaScript is left to Node alone.
 */

import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BadInputError, RunWhileLoadingError } from '@millrace/core'
import { endLoading, isThenable, nearest, whileLoading } from '@millrace/core/engine'
import { registerTypeScript } from '@millrace/scheduler/typescript'
import { watchProcess } from './process-watch.ts'
import { whyUnloadable } from './report/unloadable.ts'

const TYPESCRIPT = ['.ts', '.mts', '.tsx']
const JAVASCRIPT = ['.js', '.mjs', '.cjs']
/** Names in a message at most. */
const MAX_NAMES = 20
const MODULES: readonly string[] = [...TYPESCRIPT, ...JAVASCRIPT]

/** Whether a file of this name can be imported. */
export function isModuleName(file: string): boolean {
  return MODULES.includes(extname(file))
}

/**
 * The module's default export; `expected` is what it should have looked like, for messages.
 *
 * @throws {BadInputError} if there is no such file, it cannot be loaded, or has no default export.
 * @throws {RunWhileLoadingError} if it starts a run: the command runs what it exports.
 */
export async function loadModule(file: string, expected: string): Promise<unknown> {
  const path = resolve(file)
  await checkFile(file)
  if (!isModuleName(path)) {
    throw new BadInputError(`${file} is no module: its name must end in ${MODULES.join(', ')}.`)
  }
  let namespace: unknown
  const watch = watchProcess('an await at its top level')
  try {
    if (TYPESCRIPT.includes(extname(path))) {
      useTsconfigOf(file)
      await readyForTypeScript()
    }
    const url = pathToFileURL(path).href
    namespace = await Promise.race([whileLoading(url, () => import(url)), watch.failed])
  } catch (cause) {
    if (cause instanceof RunWhileLoadingError) throw cause
    throw new BadInputError(`${file} cannot be loaded: ${await whyUnloadable(path, cause)}`, { cause })
  } finally {
    endLoading()
    watch.end()
  }
  const exported = defaultOf(namespace)
  if (isThenable(exported)) {
    throw new BadInputError(`The default export of ${file} is a promise. Await it: export default await ….`)
  }
  if (exported === undefined) throw new BadInputError(withoutDefault(file, namespace, expected))
  return exported
}

/** What a graph module imports of ours is loaded first: through tsx, which parses it, it would take five times as long. */
async function readyForTypeScript(): Promise<void> {
  await Promise.all([import('./index.ts'), import('./terms.ts')])
  await registerTypeScript()
}

/** A variable of tsx: where its paths and options are, by default the current folder's; workers inherit it. */
const TSCONFIG = 'TSX_TSCONFIG_PATH'

/**
 * The paths of a module are those of the tsconfig beside it, or above, wherever the command was started. The first module
 * decides for the whole program: a command says which it is before it loads a config. Does nothing for JavaScript.
 */
export function useTsconfigOf(module: string): void {
  if (process.env[TSCONFIG] !== undefined || !TYPESCRIPT.includes(extname(module))) return
  for (let folder = dirname(resolve(module)); ; folder = dirname(folder)) {
    const file = join(folder, 'tsconfig.json')
    if (existsSync(file)) process.env[TSCONFIG] = file
    if (process.env[TSCONFIG] !== undefined || folder === dirname(folder)) return
  }
}

function withoutDefault(file: string, namespace: unknown, expected: string): string {
  const names = Object.keys(isRecord(namespace) ? namespace : {}).filter((name) => name !== 'default')
  const seen = names.length === 0 ? '' : ` It exports: ${names.slice(0, MAX_NAMES).join(', ')}.`
  return `${file} has no default export.${seen} Write: export default ${expected}.`
}

/** @throws {BadInputError} if the file is missing or no file. */
export async function checkFile(file: string): Promise<void> {
  if (file === '') throw new BadInputError('The name of the file is "". Give its path.')
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() === true) return
  if (found !== undefined) throw new BadInputError(`${file} is no file.`)
  const near = nearest(basename(file), await readdir(dirname(resolve(file))).catch(() => []))
  throw new BadInputError(`There is no file ${file}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
}

/** `export default`; that of a CommonJS module comes wrapped once more. */
function defaultOf(namespace: unknown): unknown {
  const exported = isRecord(namespace) ? namespace['default'] : undefined
  const isWrapped = isRecord(exported) && Object.prototype.toString.call(exported) === '[object Object]'
  return isWrapped && Object.keys(exported).includes('default') ? exported['default'] : exported
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
