/** Finds what it is in a value that cannot be cloned to another thread. Called only after a clone has failed. */

import { messageOf } from '@millrace/core'

const MAX_DEPTH = 16

/** The path of the first part that cannot be cloned, such as `.rows[3].onDone`, and what it is. */
export function findUncloneable(
  value: unknown,
  path = '',
  depth = 0,
): { path: string; what: string } | undefined {
  if (typeof value === 'function') return { path, what: `a function (${value.name || 'anonymous'})` }
  if (typeof value === 'symbol') return { path, what: 'a symbol' }
  if (value instanceof Unreadable) return { path, what: `a getter that throws: ${value.reason}` }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || canClone(value)) return undefined
  for (const [key, part] of parts(value)) {
    const found = findUncloneable(part, `${path}${key}`, depth + 1)
    if (found !== undefined) return found
  }
  return { path, what: `an object of class ${value.constructor?.name ?? 'unknown'}` }
}

function* parts(value: object): Iterable<[string, unknown]> {
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) yield [`[${i}]`, value[i]]
  else if (value instanceof Map) for (const [key, part] of value) yield [`.get(${String(key)})`, part]
  else if (value instanceof Set) for (const part of value) yield ['.values()', part]
  else for (const key of Object.keys(value)) yield [`.${key}`, read(value, key)]
}

/** Stands for a property whose getter throws. */
class Unreadable {
  readonly reason: string

  constructor(error: unknown) {
    this.reason = messageOf(error)
  }
}

function read(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key]
  } catch (error) {
    return new Unreadable(error)
  }
}

function canClone(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false // which part it is is what the caller looks for
  }
}
