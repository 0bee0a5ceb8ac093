/**
 * The form of a config, as a tree: values, sections with fixed names, and sections with names of the user's own.
 *
 * `settings.ts` writes the tree down once; the check, the schema, the messages, the variables of the environment and
 * `millrace config` all read it. Loads nothing.
 */

/** The names that lead to a setting: `['edges', 'capacityItems']`. */
export type Path = readonly string[]

/** What JSON Schema says of a value that a config file holds. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** A single value. */
export interface Value {
  readonly kind: 'value'
  /** What is allowed, as messages say it. */
  readonly allowed: string
  /** The values, where there are only a few. */
  readonly names?: readonly string[]
  /** The same for editors; `undefined` for what no file can hold. */
  readonly schema?: JsonSchema
  accepts(value: unknown): boolean
}

/** A record of settings; every one may be left out. */
export interface Section {
  readonly kind: 'section'
  readonly allowed: string
  readonly parts: Readonly<Record<string, Setting>>
}

/** A record in which the user chooses the names, and each holds a section of the same form. */
export interface Entries {
  readonly kind: 'entries'
  readonly allowed: string
  readonly part: Section
}

/** Any part of the tree. */
export type Setting = Value | Section | Entries

/** Whether `value` may stand where `setting` is. */
export function isValid(setting: Setting, value: unknown): boolean {
  if (setting.kind === 'value') return setting.accepts(value)
  return (
    isRecord(value) &&
    Object.entries(value).every(([name, part]) => {
      const expected = partOf(setting, name)
      return expected !== undefined && isValid(expected, part)
    })
  )
}

/** The paths of all parts that may not stand where they are: values in the order of the tree, then unknown names. */
export function invalidPaths(setting: Setting, value: unknown, path: Path = []): Path[] {
  if (isValid(setting, value)) return []
  if (setting.kind === 'value' || !isRecord(value)) return [path]
  const given = Object.keys(value)
  const known = setting.kind === 'section' ? Object.keys(setting.parts) : given
  const inside = known
    .filter((name) => Object.hasOwn(value, name))
    .flatMap((name) => invalidPaths(partOf(setting, name) as Setting, value[name], [...path, name]))
  const unknown = given.filter((name) => partOf(setting, name) === undefined)
  return [...inside, ...unknown.map((name) => [...path, name])]
}

/** The setting that a path leads to. */
export function settingAt(root: Setting, path: Path): Setting | undefined {
  return path.reduce<Setting | undefined>((setting, name) => setting && partOf(setting, name), root)
}

/** The paths of all single values with fixed names, in the order of the tree. */
export function valuePaths(setting: Setting, path: Path = []): Path[] {
  if (setting.kind === 'value') return [path]
  if (setting.kind === 'entries') return []
  return Object.entries(setting.parts).flatMap(([name, part]) => valuePaths(part, [...path, name]))
}

/** A path as messages show it: `terms.sketch*.local`; a name that would not be read as one is in quotes. */
export function nameOf(path: Path): string {
  return path
    .map((name, i) =>
      /^[\p{L}\p{N}_$*?#-]+$/u.test(name) ? `${i > 0 ? '.' : ''}${name}` : `[${JSON.stringify(name)}]`,
    )
    .join('')
}

/** True for objects that hold values by name. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function partOf(setting: Setting, name: string): Setting | undefined {
  if (setting.kind === 'entries') return setting.part
  return setting.kind === 'section' && Object.hasOwn(setting.parts, name) ? setting.parts[name] : undefined
}
