/**
 * Items on their way between threads. Numbers, and records of numbers alike in their keys, travel as columns
 * that are transferred; everything else is cloned.
 */

/** Some items. */
export type Packed =
  | { readonly kind: 'plain'; readonly items: readonly unknown[] }
  | { readonly kind: 'numbers'; readonly column: Float64Array }
  | { readonly kind: 'records'; readonly keys: readonly string[]; readonly columns: readonly Float64Array[] }

/** Buffers that are handed over with a message. */
export type Transferred = ArrayBuffer[]

/** Fewer items than this are cloned: a transfer costs more than it saves. */
const MIN_ITEMS = 16
const MAX_KEYS = 32

/** Packs items `from` up to `to`; what must be transferred with them is appended to `transfer`. */
export function pack(items: readonly unknown[], from: number, to: number, transfer: Transferred): Packed {
  if (to - from >= MIN_ITEMS) {
    const packed =
      typeof items[from] === 'number' ? packNumbers(items, from, to) : packRecords(items, from, to)
    if (packed?.kind === 'numbers') transfer.push(packed.column.buffer as ArrayBuffer)
    else if (packed?.kind === 'records')
      for (const column of packed.columns) transfer.push(column.buffer as ArrayBuffer)
    if (packed !== undefined) return packed
  }
  return { kind: 'plain', items: from === 0 && to === items.length ? items : items.slice(from, to) }
}

/** Levels of an item at which buffers are looked for. */
const MAX_DEPTH = 4

/** Appends the buffers of items that are given away with them. Parts of a pool, and memory that is shared, stay. */
export function giveBuffers(items: readonly unknown[], transfer: Transferred): void {
  const found = new Set<ArrayBuffer>(transfer)
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return
    if (value instanceof ArrayBuffer) found.add(value)
    else if (ArrayBuffer.isView(value)) {
      const isPooled = Buffer.isBuffer(value) && value.byteLength < value.buffer.byteLength
      if (value.buffer instanceof ArrayBuffer && !isPooled) found.add(value.buffer)
    } else if (depth < MAX_DEPTH) for (const part of Object.values(value)) look(part, depth + 1)
  }
  for (const item of items) look(item, 1)
  transfer.splice(0, transfer.length, ...found)
}

function packNumbers(items: readonly unknown[], from: number, to: number): Packed | undefined {
  const column = new Float64Array(to - from)
  for (let i = from; i < to; i++) {
    const item = items[i]
    if (typeof item !== 'number') return undefined
    column[i - from] = item
  }
  return { kind: 'numbers', column }
}

function packRecords(items: readonly unknown[], from: number, to: number): Packed | undefined {
  const first = items[from]
  if (!isPlainRecord(first)) return undefined
  const keys = Object.keys(first)
  if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes('__proto__')) return undefined
  if (keys.some((key) => typeof first[key] !== 'number')) return undefined
  const columns = keys.map(() => new Float64Array(to - from))
  for (let i = from; i < to; i++) {
    const item = items[i]
    if (!isPlainRecord(item)) return undefined
    let k = 0
    // the same keys in the same order, or the copies would differ from the originals
    for (const key in item) {
      const value = item[key]
      if (key !== keys[k] || typeof value !== 'number') return undefined
      ;(columns[k] as Float64Array)[i - from] = value
      k++
    }
    if (k !== keys.length) return undefined
  }
  return { kind: 'records', keys, columns }
}

function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The items as an array again. */
export function unpack(packed: Packed): readonly unknown[] {
  switch (packed.kind) {
    case 'plain':
      return packed.items
    case 'numbers':
      return Array.from(packed.column)
    case 'records':
      return recordMaker(packed.keys)(packed.columns, packed.columns[0]?.length ?? 0)
  }
}

type RecordMaker = (columns: readonly Float64Array[], count: number) => unknown[]

const makers = new Map<string, RecordMaker>()
const MAX_MAKERS = 256

/** A generated loop over object literals of one shape: several times faster than setting keys by name. */
function recordMaker(keys: readonly string[]): RecordMaker {
  const cells = keys.map((key, k) => `${JSON.stringify(key)}: c${k}[i]`).join(', ')
  let maker = makers.get(cells)
  if (maker === undefined) {
    const columns = keys.map((_, k) => `const c${k} = columns[${k}];`).join(' ')
    maker = new Function(
      'columns',
      'count',
      `${columns} const items = []; for (let i = 0; i < count; i++) items.push({ ${cells} }); return items;`,
    ) as RecordMaker
    if (makers.size >= MAX_MAKERS) makers.clear()
    makers.set(cells, maker)
  }
  return maker
}
