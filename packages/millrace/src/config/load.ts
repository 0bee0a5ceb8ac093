/** Reads a config file: JSON, YAML, the default export of a module, or package.json. Checks nothing of what it says. */

import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { BadInputError, messageOf } from '@millrace/core'
import { checkFile, isModuleName, loadModule } from '../load-module.ts'
import { isRecord } from './setting.ts'

/** Its `"millrace"` is a config. */
export const PACKAGE_FILE = 'package.json'

/** What a config file holds. @throws {BadInputError} if it cannot be read. */
export async function loadConfig(file: string): Promise<unknown> {
  if (basename(file) === PACKAGE_FILE) {
    const config = await packageConfig(file)
    if (config === undefined) throw new BadInputError(`${file} has no "millrace".`)
    return config
  }
  const extension = extname(file)
  if (extension === '.json') return parse(file, JSON.parse)
  if (extension === '.yaml' || extension === '.yml') {
    const yaml = await import('yaml')
    // an empty file sets nothing
    return (await parse(file, (text) => yaml.parse(text, { prettyErrors: true }) as unknown)) ?? {}
  }
  if (isModuleName(file)) return loadModule(file)
  throw new BadInputError(`${file} is no config: its name must end in .json, .yaml, .yml, .ts or .js.`)
}

/** `"millrace"` in a package.json; undefined without. @throws {BadInputError} if it cannot be read. */
export async function packageConfig(file: string): Promise<unknown> {
  const content = await parse(file, JSON.parse)
  return isRecord(content) && Object.hasOwn(content, 'millrace') ? content['millrace'] : undefined
}

async function parse(file: string, read: (text: string) => unknown): Promise<unknown> {
  await checkFile(file)
  const text = await readFile(file, 'utf8')
  try {
    return read(text)
  } catch (cause) {
    // YAML's messages go on with a picture of the place
    throw new BadInputError(`${file} cannot be read: ${messageOf(cause).split('\n')[0]}`, { cause })
  }
}
