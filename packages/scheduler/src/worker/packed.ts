/**
 * Items on their way between threads. Numbers travel as a column, records of primitive values alike in their keys as a
 * column for each key; everything else is cloned, with notes of what is to be mended in the clone (`carry` in core).
 *
 * Columns are copied, not transferred: the first buffer that a thread gives away makes V8 check in every loop over any
 * typed array there, from then on, that its buffer is still at hand ("array buffer detaching protector"). Terms that
 * compute on typed arrays took 40% longer for it, and a copy costs a fraction of what making the column does.
 */

import { type Carried, carry, restore, type Way } from '@millrace/core/engine'
import { type Columns, packColumns, unpackColumns } from './columns.ts'

/** Some items. */
export type Packed =
  | ({ readonly kind: 'plain' } & Carried)
  | { readonly kind: 'numbers'; readonly column: Float64Array }
  | ({ readonly kind: 'records' } & Columns)

/** Buffers of items that are handed over with a message, as their term declared. */
export type Transferred = ArrayBuffer[]

/** Fewer items than this are cloned as they are: a column costs more than it saves. */
const MIN_ITEMS = 16

/** Packs items `from` up to `to`. @throws {Uncarriable} for one that cannot go that way. */
export function pack(items: readonly unknown[], from: number, to: number, way: Way): Packed {
  if (to - from >= MIN_ITEMS) {
    const packed =
      typeof items[from] === 'number' ? packNumbers(items, from, to) : packRecords(items, from, to)
    if (packed !== undefined) return packed
  }
  return { kind: 'plain', ...carry(items, way, from, to) }
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
  try {
    const columns = packColumns(items, from, to)
    return columns === undefined ? undefined : { kind: 'records', ...columns }
  } catch {
    return undefined // a getter that throws: `carry` will say where
  }
}

/** The items as an array again. @throws {UnknownClassError} if there is an object of a class that is not registered here. */
export function unpack(packed: Packed): readonly unknown[] {
  switch (packed.kind) {
    case 'plain':
      return restore(packed)
    case 'numbers':
      return Array.from(packed.column)
    case 'records':
      return unpackColumns(packed)
  }
}
