/** Says what is wrong with a config: the path, the value seen, what is allowed, the nearest name. */

import { describe } from '@millrace/core'
import { z } from 'zod'
import { nearest } from './nearest.ts'

type Path = readonly PropertyKey[]

/** A line for each mistake, in the order in which the schema found them. */
export function explain(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, config: unknown): string[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey([...issue.path, key], namesAt(schema, issue.path), config))
      : [wrongValue(issue, config)],
  )
}

function unknownKey(path: Path, allowed: readonly string[], config: unknown): string {
  const near = nearest(String(path[path.length - 1]), allowed)
  const seen = describe(valueAt(config, path))
  return `unknown option ${nameOf(path)} (${seen}). ${meant(near)}Allowed: ${allowed.join(', ')}.`
}

function wrongValue(issue: z.core.$ZodIssue, config: unknown): string {
  const seen = valueAt(config, issue.path)
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : []
  const near = typeof seen === 'string' ? nearest(seen, names) : undefined
  return `${nameOf(issue.path)} must be ${issue.message}, but is ${describe(seen)}. ${meant(near)}`.trim()
}

function meant(near: string | undefined): string {
  return near === undefined ? '' : `Did you mean ${near}? `
}

function nameOf(path: Path): string {
  return path.length === 0 ? 'The config' : path.map(String).join('.')
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(
    (part, key) =>
      typeof part === 'object' && part !== null
        ? (part as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    value,
  )
}

/** Names of the options in the part of the schema that `path` leads to. */
function namesAt(schema: z.ZodType, path: Path): string[] {
  let part: unknown = schema
  for (const key of path) {
    part = unwrap(part)
    part =
      part instanceof z.ZodObject ? (part.shape as Readonly<Record<PropertyKey, unknown>>)[key] : undefined
  }
  part = unwrap(part)
  return part instanceof z.ZodObject ? Object.keys(part.shape) : []
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodExactOptional || schema instanceof z.ZodOptional ? schema.unwrap() : schema
}
