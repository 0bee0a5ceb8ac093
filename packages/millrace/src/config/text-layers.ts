/**
 * Settings given as text: variables of the environment and flags. Called by `resolve.ts`, and by `cli.ts` for its flags.
 *
 * A variable is named after the last part of its setting's path: `edges.capacityItems` is `MILLRACE_CAPACITY_ITEMS`. The
 * settings of checkpoints say so in their names, and the folder has no other: `checkpoint.dir` is `MILLRACE_CHECKPOINT`.
 * Terms are named in files and in code only.
 */

import { describe } from '@millrace/core'
import { nearest } from '@millrace/core/engine'
import { configOf, type Layer } from './layers.ts'
import { type Path, settingAt, valuePaths } from './setting.ts'
import { commandStrategies, profiles, runSettings } from './settings.ts'

const PREFIX = 'MILLRACE_'

/** Variables of Millrace's own tests: how many runs the law tests make, with which seed, and what must be there. */
const OTHER_VARIABLES: readonly string[] = [
  'MILLRACE_DEEP',
  'MILLRACE_LAW_RUNS',
  'MILLRACE_LAW_SEED',
  'MILLRACE_SERVICES',
]

/** The settings by their names as text. */
const paths: ReadonlyMap<string, Path> = new Map(
  valuePaths(runSettings).map((path) => [textName(path), path]),
)

function textName(path: Path): string {
  const last = path[path.length - 1] as string
  if (path[0] !== 'checkpoint') return last
  return last === 'dir' ? 'checkpoint' : `checkpoint${last.charAt(0).toUpperCase()}${last.slice(1)}`
}

/** The variables that are read, each with the path of its setting. */
export const variables: ReadonlyMap<string, Path> = new Map(
  [...paths].map(([name, path]) => [`${PREFIX}${separated(name, '_').toUpperCase()}`, path]),
)

/** The flags that set a value, by the names under which commander hands them over. */
export const flags = {
  strategy: `where the terms run: ${commandStrategies.join(', ')}`,
  profile: `defaults for one kind of work: ${profiles.join(', ')}`,
  workers: 'workers at most',
  minWorkers: 'workers that are kept while the run lasts',
  onError: 'what a failure does: abort, or stop: drain what is sound',
  strict: 'freezes items and checks states: what would give another answer elsewhere fails',
  batchItems: 'items in one batch at most',
  capacityItems: 'items on an edge at most',
  checkpoint: 'the folder for checkpoints: the same command goes on from the last one',
  checkpointEveryMs: 'milliseconds from one checkpoint to the next',
  checkpointEveryItems: 'items of the sources from one checkpoint to the next',
} as const

/** What was given of the flags, as text. */
export type FlagValues = { readonly [Name in Exclude<keyof typeof flags, 'strict'>]?: string } & {
  readonly strict?: true
}

/** A flag as it is typed: `--batch-items`. */
export function flagOf(name: string): string {
  return `--${separated(name, '-')}`
}

/** The values that a flag of a setting may have, where there are only a few. */
export function valuesOfFlag(flag: string): readonly string[] | undefined {
  const path = [...paths].find(([name]) => flagOf(name) === flag)?.[1]
  const setting = path === undefined ? undefined : settingAt(runSettings, path)
  return setting?.kind === 'value' ? setting.names : undefined
}

/** A layer for each variable that is set, and a line for each that is unknown. An empty one counts as not set. */
export function environmentLayers(environment: Readonly<Record<string, string | undefined>>): {
  layers: Layer[]
  mistakes: string[]
} {
  const given = Object.entries(environment).filter(
    ([name, text]) => name.startsWith(PREFIX) && text && !OTHER_VARIABLES.includes(name),
  ) as [string, string][]
  return {
    layers: given.flatMap(([name, text]) => layerOf(variables.get(name), text, name)),
    mistakes: given
      .filter(([name]) => !variables.has(name))
      .map(([name, text]) => unknownVariable(name, text)),
  }
}

/** A layer for each flag that was given. */
export function flagLayers(given: FlagValues): Layer[] {
  return (Object.keys(flags) as (keyof typeof flags)[]).flatMap((name) =>
    layerOf(paths.get(name), given[name]?.toString(), flagOf(name)),
  )
}

function layerOf(path: Path | undefined, text: string | undefined, from: string): Layer[] {
  if (path === undefined || text === undefined) return []
  return [{ config: configOf([{ path, value: parsed(text) }]), from, where: from }]
}

/** A number, or true or false, if the text is one; the check says if it should be. */
function parsed(text: string): string | number | boolean {
  if (/^(true|false)$/.test(text.trim())) return text.trim() === 'true'
  return /^(-?\d+(\.\d+)?|Infinity)$/.test(text.trim()) ? Number(text) : text
}

function unknownVariable(name: string, text: string): string {
  // all names begin alike: only the rest can tell which one is near
  const near = nearest(
    name.slice(PREFIX.length),
    [...variables.keys()].map((known) => known.slice(PREFIX.length)),
  )
  const hint = near === undefined ? '' : `Did you mean ${PREFIX}${near}? `
  return `unknown variable ${name} (${describe(text)}). ${hint}Allowed: ${[...variables.keys()].join(', ')}.`
}

function separated(name: string, separator: string): string {
  return name.replace(/[A-Z]/g, (letter) => `${separator}${letter.toLowerCase()}`)
}
