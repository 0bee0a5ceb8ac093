/**
 * Imports a module that a user named on the command line: a graph or a config, TypeScript or JavaScript.
 * JavaScript is left to Node alone.
 */

import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BadInputError } from '@millrace/core'
import { registerTypeScript } from '@millrace/scheduler/typescript'
import { nearest } from './config/nearest.ts'
import { reasonOf } from './report/reason.ts'

const TYPESCRIPT = ['.ts', '.mts', '.tsx']
const JAVASCRIPT = ['.js', '.mjs', '.cjs']
const MODULES: readonly string[] = [...TYPESCRIPT, ...JAVASCRIPT]

/** Whether a file of this name can be imported. */
export function isModuleName(file: string): boolean {
  return MODULES.includes(extname(file))
}

/** The module's default export. @throws {BadInputError} if there is no such file or it cannot be loaded. */
export async function loadModule(file: string): Promise<unknown> {
  const path = resolve(file)
  await checkFile(file)
  if (!isModuleName(path)) {
    throw new BadInputError(`${file} is no module: its name must end in ${MODULES.join(', ')}.`)
  }
  let namespace: unknown
  try {
    if (TYPESCRIPT.includes(extname(path))) await registerTypeScript()
    namespace = await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new BadInputError(`${file} cannot be loaded: ${reasonOf(cause)}`, { cause })
  }
  return defaultOf(namespace)
}

/** @throws {BadInputError} if the file is missing or no file. */
export async function checkFile(file: string): Promise<void> {
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
