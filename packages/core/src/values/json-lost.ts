/** `lostInJson`: what JSON leaves out of a value without a word. Called by what writes JSON: `formatNdjson`, servers of HTTP. */

/** Kinds of objects that have no fields of their own for JSON to write, and so become `{}`. */
const WITHOUT_FIELDS = [
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  RegExp,
  Error,
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
]

/**
 * What of `value` is lost in `text`, which `JSON.stringify` has made of it: its path and its kind, as the rest of a sentence
 * that begins with the name of the value, such as `.rows[3] is NaN`. `undefined` if nothing is.
 */
export function lostInJson(value: unknown, text: string): string | undefined {
  // JSON writes these for what it has no word for, too
  return text.includes('null') || text.includes('{}') ? lostIn(value) : undefined
}

/** Called for what has been written, so it ends; the path is put together only where there is something. */
function lostIn(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ` is ${value}`
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return undefined
  const kind = WITHOUT_FIELDS.find((other) => value instanceof other)
  if (kind !== undefined) return ` is ${/^[AE]/.test(kind.name) ? 'an' : 'a'} ${kind.name}`
  for (const [key, inner] of Object.entries(value)) {
    const lost = lostIn(inner)
    if (lost !== undefined) return Array.isArray(value) ? `[${key}]${lost}` : `.${key}${lost}`
  }
  return undefined
}
