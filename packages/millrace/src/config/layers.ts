/**
 * Sources of settings, one over the other: later wins, value by value. Called by `resolve.ts`; reads nothing.
 */

import { isRecord, nameOf, type Path, settingAt } from './setting.ts'
import { runSettings } from './settings.ts'

/** Settings from one source. */
export interface Layer {
  readonly config: unknown
  /** Where the values are from: `default`, `file:millrace.config.ts`, `MILLRACE_WORKERS`, `--workers`. */
  readonly from: string
  /** The source as a message names it. */
  readonly where: string
}

/** A value, and where it is from. */
export interface SourcedValue {
  readonly path: Path
  readonly value: unknown
  readonly from: string
}

/** What holds in the end, each value from the last layer that sets it; in the order in which they are first set. */
export function mergeLayers(layers: readonly Layer[]): SourcedValue[] {
  const merged = new Map<string, SourcedValue>()
  for (const { config, from } of layers) {
    for (const { path, value } of valuesIn(config)) merged.set(nameOf(path), { path, value, from })
  }
  return [...merged.values()]
}

/** The values as one config again. */
export function configOf(values: readonly Pick<SourcedValue, 'path' | 'value'>[]): unknown {
  const byName = new Map<string, Pick<SourcedValue, 'path' | 'value'>[]>()
  for (const { path, value } of values) {
    const [name = '', ...rest] = path
    byName.set(name, [...(byName.get(name) ?? []), { path: rest, value }])
  }
  return Object.fromEntries(
    [...byName].map(([name, inner]) => [
      name,
      inner[0]?.path.length === 0 ? inner[0].value : configOf(inner),
    ]),
  )
}

function valuesIn(config: unknown, path: Path = []): { path: Path; value: unknown }[] {
  // a single value may be a record: a retry, a fallback
  if (!isRecord(config) || settingAt(runSettings, path)?.kind === 'value') return [{ path, value: config }]
  return Object.entries(config).flatMap(([name, value]) => valuesIn(value, [...path, name]))
}
