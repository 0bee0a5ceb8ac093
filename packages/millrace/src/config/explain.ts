/** Says what is wrong with a config: the path, the value seen, what is allowed, the nearest name. */

import { describe } from '@millrace/core'
import { nearest } from '@millrace/core/engine'
import { nameOf, type Path, type Section, type Setting, settingAt, valuePaths } from './setting.ts'

/** A line for the mistake that lies at `path`. */
export function explain(path: Path, settings: Section, config: unknown): string {
  const setting = settingAt(settings, path)
  return setting === undefined
    ? unknownName(path, settings, config)
    : wrongValue(path, setting.allowed, settings, config)
}

/** `Did you mean …? `, or nothing. */
export function meant(near: string | undefined): string {
  return near === undefined ? '' : `Did you mean ${near}? `
}

function unknownName(path: Path, settings: Section, config: unknown): string {
  const allowed = namesAt(settings, path.slice(0, -1))
  const name = path[path.length - 1] as string
  // the right name in the wrong section is nearer than another name in this one
  const near = elsewhere(name, settings) ?? nearest(name, allowed)
  const seen = describe(valueAt(config, path))
  return `unknown option ${nameOf(path)} (${seen}). ${meant(near)}Allowed: ${allowed.join(', ')}.`
}

function wrongValue(path: Path, allowed: string, settings: Section, config: unknown): string {
  const seen = valueAt(config, path)
  const setting = settingAt(settings, path)
  const near = typeof seen === 'string' ? nearest(seen, namesOf(setting)) : undefined
  const hint = meant(near) || wrapped(setting, seen)
  const subject = path.length === 0 ? 'The config' : nameOf(path)
  return `${subject} must be ${allowed}, but is ${describe(seen)}. ${hint}`.trim()
}

/** The setting of this name in another section. */
function elsewhere(name: string, settings: Section): string | undefined {
  const path = valuePaths(settings).find((known) => known.length > 1 && known[known.length - 1] === name)
  return path === undefined ? undefined : nameOf(path)
}

/** What to write where a section's own value stands in its place: `scheduler: "pool"`. */
function wrapped(setting: Setting | undefined, seen: unknown): string {
  if (setting?.kind !== 'section' || typeof seen !== 'string') return ''
  const [name] = Object.entries(setting.parts).find(([, part]) => namesOf(part).includes(seen)) ?? []
  return name === undefined ? '' : `Write { ${name}: ${JSON.stringify(seen)} }.`
}

function namesOf(setting: Setting | undefined): readonly string[] {
  return setting?.kind === 'value' ? (setting.names ?? []) : []
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(
    (part, key) =>
      typeof part === 'object' && part !== null
        ? (part as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  )
}

/** Names of the options in the section that `path` leads to. */
function namesAt(settings: Section, path: Path): string[] {
  const setting = settingAt(settings, path)
  return setting?.kind === 'section' ? Object.keys(setting.parts) : []
}
