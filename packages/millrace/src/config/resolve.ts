/**
 * The settings that hold for a command: profile, config file, environment, flags; later wins, value by value.
 * Called by `millrace run` and `millrace config`.
 */

import { basename } from 'node:path'
import { BadInputError } from '@millrace/core'
import { shortPath } from '../report/frame.ts'
import { reasonIn } from '../report/reason.ts'
import { mistakesIn } from './check.ts'
import { findConfig } from './discover.ts'
import { configOf, type Layer, mergeLayers, type SourcedValue } from './layers.ts'
import { loadConfig, PACKAGE_FILE } from './load.ts'
import { profileLayers } from './profile.ts'
import type { RunConfig } from './settings.ts'
import { environmentLayers, type FlagValues, flagLayers } from './text-layers.ts'

/** What the source of a value from a file begins with. */
const FILE = 'file:'

/** Where a command looks for settings. */
export interface ConfigSources {
  /** Takes the place of the file that would be found. */
  readonly config?: string
  readonly flags: FlagValues
}

/** The settings that hold. */
export interface ResolvedConfig {
  readonly config: RunConfig
  readonly values: readonly SourcedValue[]
  /** The config file as messages name it, if there is one. */
  readonly file: string | undefined
  /** Its path. */
  readonly path: string | undefined
}

/** Reads and merges all sources, over `defaults`. @throws {BadInputError} with a line per mistake in any of them. */
export async function resolveConfig(
  { config: named, flags }: ConfigSources,
  defaults: RunConfig = {},
  folder: string = process.cwd(),
): Promise<ResolvedConfig> {
  const file = await fileLayer(named, folder)
  const environment = environmentLayers(process.env)
  const layers = [...file, ...environment.layers, ...flagLayers(flags)]
  const mistakes = layers.flatMap(({ config, where }) =>
    mistakesInLayer(config, where).map((line) => `${where}: ${line}`),
  )
  if (mistakes.length + environment.mistakes.length > 0) {
    throw new BadInputError([...mistakes, ...environment.mistakes].join('\n'))
  }
  const { scheduler } = configOf(mergeLayers(layers)) as RunConfig
  const values = mergeLayers([
    { config: defaults, from: 'default', where: 'default' },
    ...profileLayers(scheduler?.profile),
    ...layers,
  ])
  return {
    config: configOf(values) as RunConfig,
    values,
    file: file[0]?.where,
    path: file[0]?.from.slice(FILE.length),
  }
}

/** A config from a module may have getters, and they may throw. */
function mistakesInLayer(config: unknown, where: string): string[] {
  try {
    return mistakesIn(config)
  } catch (cause) {
    throw new BadInputError(reasonIn(where, cause), { cause })
  }
}

async function fileLayer(named: string | undefined, folder: string): Promise<Layer[]> {
  const found = named === undefined ? await findConfig(folder) : undefined
  const file = named ?? (found === undefined ? undefined : shortPath(found))
  if (file === undefined) return []
  const where = basename(file) === PACKAGE_FILE ? `${file}, "millrace"` : file
  return [{ config: await loadConfig(file), from: `${FILE}${file}`, where }]
}
