/** Estimates how many bytes an item takes, for the byte bounds of edges. Called by stages, on samples. */

const MAX_DEPTH = 4
const MAX_PARTS = 64

/** What an item counts as that cannot be looked at. */
const UNKNOWN_BYTES = 64

/** Estimated bytes of `value` in memory; large collections are extrapolated from their first parts. Never throws. */
export function estimateBytes(value: unknown): number {
  try {
    return estimate(value, 0)
  } catch {
    return UNKNOWN_BYTES // a getter that throws: it is for the item's reader to find out
  }
}

function estimate(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length * 2
    case 'bigint':
      return 24
    case 'object':
      return value === null ? 8 : 16 + estimateObject(value, depth)
    default:
      return 8
  }
}

function estimateObject(value: object, depth: number): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  if (depth >= MAX_DEPTH) return 32
  if (Array.isArray(value)) return estimateParts(value, value.length, depth)
  if (value instanceof Map || value instanceof Set) return estimateParts(value.entries(), value.size, depth)
  let bytes = 0
  let parts = 0
  for (const key in value) {
    bytes += 8 + estimate((value as Readonly<Record<string, unknown>>)[key], depth + 1)
    if (++parts >= MAX_PARTS) break
  }
  return bytes
}

function estimateParts(parts: Iterable<unknown>, count: number, depth: number): number {
  let bytes = 0
  let seen = 0
  for (const part of parts) {
    bytes += 8 + estimate(part, depth + 1)
    if (++seen >= MAX_PARTS) break
  }
  return seen === 0 ? 0 : (bytes / seen) * count
}
