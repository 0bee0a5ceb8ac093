/** `withExactDecimals`: decimals of Parquet files as the nearest numbers. Called by `parquet`. Internal. */

import type { FileMetaData, SchemaElement } from 'hyparquet'

type Fix = (value: unknown) => unknown

/**
 * The metadata as if decimals were the whole numbers that they are stored as, and a function that gives the rows their
 * decimals, in place: hyparquet multiplies by a power of ten that is no double, which is off in the last digit.
 */
export function withExactDecimals(metadata: FileMetaData): {
  readonly metadata: FileMetaData
  readonly exact: (rows: readonly Record<string, unknown>[]) => void
} {
  if (!metadata.schema.some(isDecimal)) return { metadata, exact: () => undefined }
  const [root] = fixOf(metadata.schema, 0)
  const exact = (rows: readonly Record<string, unknown>[]): void => rows.forEach((row) => void root?.(row))
  return { metadata: { ...metadata, schema: metadata.schema.map(stored) }, exact }
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'
}

function stored(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element
  const { converted_type, logical_type, ...plain } = element
  // bytes without a type would be taken for text; as a decimal without places they become a number
  return plain.type === 'BYTE_ARRAY' ? { ...plain, converted_type: 'DECIMAL', scale: 0 } : plain
}

/** What gives the values of the element at `index` their decimals, if there are any in it; and the element behind it. */
function fixOf(schema: readonly SchemaElement[], index: number): [fix: Fix | undefined, next: number] {
  const element = schema[index] as SchemaElement
  const children = element.num_children ?? 0
  if (children === 0) return [isDecimal(element) ? decimalsOf(scaleOf(element)) : undefined, index + 1]
  const fixes = new Map<string, Fix>()
  let next = index + 1
  for (let k = 0; k < children; k++) {
    const { name } = schema[next] as SchemaElement
    const [fix, after] = fixOf(schema, next)
    if (fix !== undefined) fixes.set(name, fix)
    next = after
  }
  return [fixes.size === 0 ? undefined : fieldsOf(fixes), next]
}

function scaleOf({ scale, logical_type }: SchemaElement): number {
  return scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0)
}

/** The layers that lists and maps have in the file do not appear in the values, so a field that is missing is looked for below. */
function fieldsOf(fixes: ReadonlyMap<string, Fix>): Fix {
  const fix: Fix = (value) => {
    if (Array.isArray(value)) {
      value.forEach((part, i) => {
        value[i] = fix(part)
      })
      return value
    }
    const record = isRecord(value) ? value : undefined
    let result: unknown = value
    for (const [name, part] of fixes) {
      if (record !== undefined && Object.hasOwn(record, name)) record[name] = part(record[name])
      else result = part(result)
    }
    return result
  }
  return fix
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

function decimalsOf(scale: number): Fix {
  const fix: Fix = (value) => {
    if (Array.isArray(value)) return value.map(fix)
    if (value instanceof Uint8Array) return numberOf(wholeOf(value), scale)
    return typeof value === 'number' || typeof value === 'bigint' ? numberOf(value, scale) : value
  }
  return fix
}

/** Text to number rounds once. */
function numberOf(whole: number | bigint, scale: number): number {
  return Number(`${typeof whole === 'number' ? BigInt(whole) : whole}e${-scale}`)
}

/** Two's complement, the upper byte first. */
function wholeOf(bytes: Uint8Array): bigint {
  let whole = 0n
  for (const byte of bytes) whole = (whole << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, whole)
}
