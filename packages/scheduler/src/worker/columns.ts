/**
 * Records alike in their keys as one column for each key, to travel between threads: a clone of the records would name
 * the keys of each of them. Called by `packed.ts`.
 *
 * Loops are generated for each list of keys, so that the engine sees records of one shape there, and no others.
 */

import { types } from 'node:util'

/** The values of one key. */
export type Column = Int32Array | Float64Array | readonly unknown[]

/** Records, by key. */
export interface Columns {
  readonly keys: readonly string[]
  readonly count: number
  readonly columns: readonly Column[]
}

/** How a column is kept: whole numbers of 32 bits, any numbers, any primitive values. Each holds what the former holds. */
type Kind = 'whole' | 'number' | 'value'

/** What generated loops use: a record that has more than its keys is none, and a Proxy might have anything. */
const { getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf } = Object
const { isProxy } = types

type ListOfRecords = readonly Readonly<Record<string, unknown>>[]
/** Fills the columns. Returns the index of one whose kind does not fit, the number of columns if all do, or `UNLIKE`. */
type Packer = (items: readonly unknown[], from: number, to: number, columns: readonly Column[]) => number
type Unpacker = (columns: readonly Column[], count: number) => ListOfRecords

/** A record that has other keys than the first. */
const UNLIKE = -1
const MAX_KEYS = 32
/** Lists of keys for which loops are kept; then all are forgotten. */
const MAX_LOOPS = 256

const packers = new Map<string, Packer>()
const unpackers = new Map<string, Unpacker>()
/** The kinds that held the last records with these keys. */
const lastKinds = new Map<string, readonly Kind[]>()

/**
 * The columns of items `from` up to `to`; `undefined` if they are no plain records of primitive values, alike in their keys,
 * and without anything else. May throw what a getter throws.
 */
export function packColumns(items: readonly unknown[], from: number, to: number): Columns | undefined {
  const first = items[from]
  if (typeof first !== 'object' || first === null || isProxy(first)) return undefined
  if (getPrototypeOf(first) !== Object.prototype) return undefined
  const keys = Object.keys(first)
  if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes('__proto__')) return undefined
  if (!Object.values(first).every(isPrimitive)) return undefined
  const shape = JSON.stringify(keys)
  const kinds = [...(lastKinds.get(shape) ?? keys.map((): Kind => 'whole'))]
  for (;;) {
    const columns = kinds.map((kind) => makeColumn(kind, to - from))
    const misfit = packerOf(keys, kinds)(items, from, to, columns)
    if (misfit === keys.length) {
      keep(lastKinds, shape, kinds)
      return { keys, count: to - from, columns }
    }
    const kind = kinds[misfit]
    if (kind === undefined || kind === 'value') return undefined
    kinds[misfit] = kind === 'whole' ? 'number' : 'value'
  }
}

/** The records again. */
export function unpackColumns({ keys, count, columns }: Columns): readonly unknown[] {
  const shape = `${JSON.stringify(keys)} ${columns.map((column) => column.constructor.name)}`
  const unpack = unpackers.get(shape) ?? keep(unpackers, shape, makeUnpacker(keys))
  return unpack(columns, count)
}

function isPrimitive(value: unknown): boolean {
  return (
    value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  )
}

function makeColumn(kind: Kind, count: number): Column {
  switch (kind) {
    case 'whole':
      return new Int32Array(count)
    case 'number':
      return new Float64Array(count)
    case 'value':
      return new Array(count)
  }
}

/** What does not fit into a column of this kind. */
const misfits: Readonly<Record<Kind, (value: string) => string>> = {
  // -0 would come back as 0
  whole: (v) => `typeof ${v} !== 'number' || (${v} | 0) !== ${v} || (${v} === 0 && 1 / ${v} < 0)`,
  number: (v) => `typeof ${v} !== 'number'`,
  value: (v) =>
    `(typeof ${v} === 'object' && ${v} !== null) || typeof ${v} === 'function' || typeof ${v} === 'symbol'`,
}

function packerOf(keys: readonly string[], kinds: readonly Kind[]): Packer {
  const shape = `${JSON.stringify(keys)} ${kinds}`
  return packers.get(shape) ?? keep(packers, shape, makePacker(keys, kinds))
}

function makePacker(keys: readonly string[], kinds: readonly Kind[]): Packer {
  const names = keys.map((key) => JSON.stringify(key))
  const make = new Function(
    'getPrototypeOf',
    'getOwnPropertyNames',
    'getOwnPropertySymbols',
    'isProxy',
    `const { prototype } = Object
    return function (items, from, to, columns) {
    ${names.map((_, k) => `const c${k} = columns[${k}]`).join('\n')}
    for (let i = from, at = 0; i < to; i++, at++) {
      const item = items[i]
      if (typeof item !== 'object' || item === null || isProxy(item)) return ${UNLIKE}
      if (getPrototypeOf(item) !== prototype) return ${UNLIKE}
      let k = 0
      // the same keys in the same order, or the copies would differ from the originals
      for (const key in item) {
        switch (k++) {
          ${names.map((name, k) => `case ${k}: if (key !== ${name}) return ${UNLIKE}; break`).join('\n')}
          default: return ${UNLIKE}
        }
      }
      if (k !== ${keys.length}) return ${UNLIKE}
      if (getOwnPropertyNames(item).length !== ${keys.length}) return ${UNLIKE}
      if (getOwnPropertySymbols(item).length !== 0) return ${UNLIKE}
      ${names
        .map(
          (name, k) => `const v${k} = item[${name}]
          if (${misfits[kinds[k] as Kind](`v${k}`)}) return ${k}
          c${k}[at] = v${k}`,
        )
        .join('\n')}
    }
    return ${keys.length}
    }`,
  )
  return make(getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, isProxy) as Packer
}

function makeUnpacker(keys: readonly string[]): Unpacker {
  const columns = keys.map((_, k) => `const c${k} = columns[${k}]`).join('\n')
  const cells = keys.map((key, k) => `${JSON.stringify(key)}: c${k}[i]`).join(', ')
  return new Function(
    'columns',
    'count',
    `${columns}
    const items = []
    for (let i = 0; i < count; i++) items.push({ ${cells} })
    return items`,
  ) as Unpacker
}

function keep<T>(loops: Map<string, T>, shape: string, loop: T): T {
  if (loops.size >= MAX_LOOPS) loops.clear()
  loops.set(shape, loop)
  return loop
}
