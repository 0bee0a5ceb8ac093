/** Reads a config file: JSON, YAML, or the default export of a module. Called by `millrace run --config`. */

import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { BadInputError, messageOf } from '@millrace/core'
import { checkFile, loadModule } from '../load-module.ts'
import { explain } from './explain.ts'
import { type RunConfig, runConfigSchema } from './schema.ts'

/** @throws {BadInputError} if the file cannot be read, or holds anything but options of a run; a line per mistake. */
export async function loadConfig(file: string): Promise<RunConfig> {
  return checkConfig(await readConfig(file), file)
}

/** @throws {BadInputError} with a line per mistake. */
export function checkConfig(config: unknown, where: string): RunConfig {
  const checked = runConfigSchema.safeParse(config)
  if (checked.success) return checked.data
  const lines = explain(checked.error.issues, runConfigSchema, config)
  throw new BadInputError(lines.map((line) => `${where}: ${line}`).join('\n'))
}

async function readConfig(file: string): Promise<unknown> {
  switch (extname(file)) {
    case '.json':
      return parse(file, JSON.parse)
    case '.yaml':
    case '.yml': {
      const yaml = await import('yaml')
      // an empty file sets nothing
      return (await parse(file, (text) => yaml.parse(text, { prettyErrors: true }) as unknown)) ?? {}
    }
    case '':
    case '.toml':
    case '.txt':
      throw new BadInputError(`${file} is no config: its name must end in .json, .yaml, .yml, .ts or .js.`)
    default:
      return loadModule(file)
  }
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
