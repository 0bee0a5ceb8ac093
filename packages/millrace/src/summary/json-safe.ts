/** Decides which results of sinks a summary file can hold. Called by `summary-file.ts`. */

/** Characters of JSON that one result may take, roughly. */
const MAX_CHARACTERS = 65_536

/**
 * Whether JSON keeps the value as it is (no dates, maps, typed arrays, NaN, undefined, cycles) and it is small. Looks
 * at no more of a large value than it has to.
 */
export function isSmallJson(value: unknown, maxCharacters = MAX_CHARACTERS): boolean {
  let room = maxCharacters
  const work: unknown[] = [value]
  while (work.length > 0) {
    const part = work.pop()
    if (typeof part === 'string') room -= part.length + 2
    else if (typeof part === 'number') {
      if (!Number.isFinite(part) || Object.is(part, -0)) return false
      room -= 8
    } else if (part === null || typeof part === 'boolean') room -= 5
    else {
      const inner = partsOf(part)
      if (inner === undefined) return false
      room -= 2 + inner.length
      // a cycle ends here too: every round through it takes some room
      if (room < 0) return false
      for (const next of inner) work.push(next)
    }
    if (room < 0) return false
  }
  return true
}

/** What is in an array or a plain record, keys included; undefined for everything else. */
function partsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return undefined
  if (Array.isArray(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  return [...Object.keys(value), ...Object.values(value)]
}
