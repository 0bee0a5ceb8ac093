/** Reads a config file: JSON, YAML, the default export of a module, or package.json. Checks nothing of what it says. */

import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { BadInputError, messageOf } from '@millrace/core'
import { parseJsonText } from '@millrace/core/engine'
import { checkFile, isModuleName, loadModule } from '../load-module.ts'
import { shortPath } from '../report/frame.ts'
import { withoutSchema } from './json-schema.ts'
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
  if (extension === '.json') return withoutSchema(await parse(file, parseJson))
  if (extension === '.yaml' || extension === '.yml') {
    const yaml = await import('yaml')
    // an empty file sets nothing
    const read = (text: string): unknown => yaml.parse(text, { prettyErrors: true })
    return withoutSchema((await parse(file, read)) ?? {})
  }
  if (isModuleName(file)) return loadModule(file, '{ batchItems: 100 }')
  await checkFile(file)
  throw new BadInputError(`${file} is no config: its name must end in .json, .yaml, .yml, .ts or .js.`)
}

/** `"millrace"` in a package.json; undefined without. @throws {BadInputError} if it cannot be read. */
export async function packageConfig(file: string): Promise<unknown> {
  const content = await parse(file, parseJson)
  return isRecord(content) && Object.hasOwn(content, 'millrace') ? content['millrace'] : undefined
}

async function parse(file: string, read: (text: string) => unknown): Promise<unknown> {
  await checkFile(file)
  const path = shortPath(resolve(file))
  const bytes = await readFile(file)
  if (!isUtf8(bytes)) throw new BadInputError(`${path} is no text in UTF-8. Save it as UTF-8.`)
  // editors on Windows begin a file with a byte order mark, which says nothing
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  try {
    return read(text)
  } catch (cause) {
    // YAML's messages go on with a picture of the place
    const [reason = ''] = messageOf(cause).split('\n')
    throw new BadInputError(`${placeIn(path, text, reason)} cannot be read: ${reason.replace(/:$/, '.')}`, {
      cause,
    })
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new SyntaxError('the file is empty. An empty config is {}.')
  return parseJsonText(text)
}

/** The file with the line, where the message gives it or an offset. */
function placeIn(path: string, text: string, reason: string): string {
  const offset = / at position (\d+)/.exec(reason)?.[1]
  const line =
    offset === undefined
      ? / at line (\d+)/.exec(reason)?.[1]
      : text.slice(0, Number(offset)).split('\n').length
  return line === undefined ? path : `${path}:${line}`
}
