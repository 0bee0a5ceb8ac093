/** Says what is wrong with a config: the path, the value seen, what is allowed, the nearest name. */

import { describe } from '@millrace/core'
import { nearest } from '@millrace/core/engine'
import type { z } from 'zod'
import { nameOf, type Path, type Section, settingAt } from './setting.ts'

/** A line for each mistake, in the order in which the schema found them. */
export function explain(issues: readonly z.core.$ZodIssue[], settings: Section, config: unknown): string[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String)
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownName([...path, key], namesAt(settings, path), config))
      : [wrongValue(path, issue.message, settings, config)]
  })
}

/** `Did you mean …? `, or nothing. */
export function meant(near: string | undefined): string {
  return near === undefined ? '' : `Did you mean ${near}? `
}

function unknownName(path: Path, allowed: readonly string[], config: unknown): string {
  const near = nearest(path[path.length - 1] as string, allowed)
  const seen = describe(valueAt(config, path))
  return `unknown option ${nameOf(path)} (${seen}). ${meant(near)}Allowed: ${allowed.join(', ')}.`
}

function wrongValue(path: Path, allowed: string, settings: Section, config: unknown): string {
  const seen = valueAt(config, path)
  const setting = settingAt(settings, path)
  const names = setting?.kind === 'value' ? (setting.names ?? []) : []
  const near = typeof seen === 'string' ? nearest(seen, names) : undefined
  const subject = path.length === 0 ? 'The config' : nameOf(path)
  return `${subject} must be ${allowed}, but is ${describe(seen)}. ${meant(near)}`.trim()
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
