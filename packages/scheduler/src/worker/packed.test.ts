/** Goal: columns give back what went in, and buffers are handed over only where that harms nobody. */

import { expect, test } from 'vitest'
import { giveBuffers, pack, type Transferred, unpack } from './packed.ts'

const there = (items: readonly unknown[]) => unpack(structuredClone(packed(items)))
const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 40 }, (_, i) => make(i))

const packed = (items: readonly unknown[]) => pack(items, 0, items.length, 'thread')

test('numbers, records and anything else come back as they were', () => {
  for (const items of [
    many((i) => i / 3),
    many((i) => ({ id: i, value: -i })),
    many((i) => (i % 2 === 0 ? { id: i } : { id: i, value: 1 })),
    many((i) => (i === 39 ? 'x' : i)),
    many((i) => ({ id: i, name: 'n' })),
    many((i) => ({ id: i === 30 ? 0.5 : i, zero: i === 20 ? -0 : 0, big: i * 2 ** 31 })),
    many((i) => ({ id: i, price: i === 25 ? null : i, at: i === 7 ? undefined : 'now', sure: i % 2 === 0 })),
    many((i) => ({ id: i === 11 ? 3n : i })),
    many((i) => ({ id: i, tags: i === 38 ? ['late'] : 'none' })),
    many((i) => (i === 39 ? { value: 1, id: i } : { id: i, value: 1 })),
    many((i) => ({ 'a "b" \\': i, 2: 'index', constructor: 'own' })),
    [Number.NaN, -0, null, undefined, 'a'],
  ]) {
    expect(there(items)).toEqual(items)
  }
})

test('records of primitive values travel as columns, in the narrowest kind that holds all of them', () => {
  const kindsOf = (items: readonly unknown[]) => {
    const there = packed(items)
    return there.kind === 'records' ? there.columns.map((column) => column.constructor.name) : there.kind
  }
  expect(kindsOf(many((i) => ({ a: i, b: i / 2, c: `${i}` })))).toEqual([
    'Int32Array',
    'Float64Array',
    'Array',
  ])
  expect(kindsOf(many((i) => ({ d: i === 39 ? -0 : i, e: i === 39 ? null : i })))).toEqual([
    'Float64Array',
    'Array',
  ])
  for (const odd of [{ a: {} }, { b: 1 }, { a: 1, b: 1 }, [1], null, Object.create(null)]) {
    expect(kindsOf(many((i) => (i === 30 ? odd : { a: i })))).toBe('plain')
  }
})

test('what has more than a column keeps is sent otherwise, or refused', () => {
  const odd = [{ a: () => 0 }, new (class A {})(), new Proxy({ a: 1 }, {}), { a: 1, [Symbol('s')]: 1 }]
  for (const item of [...odd, Object.defineProperty({ a: 1 }, 'b', { value: 1 })]) {
    expect(() => packed(many((i) => (i === 30 ? item : { a: i })))).toThrow(
      expect.objectContaining({ at: 30 }),
    )
  }
})

test('buffers are found in items, each once; pools and shared memory stay', () => {
  const [own, shared] = [new Uint8Array(8), new Uint8Array(new SharedArrayBuffer(8))]
  const items = [
    { a: own, b: [own.subarray(2), new Float64Array(2)] },
    shared,
    Buffer.from('pooled'),
    'text',
    null,
  ]
  const transfer: Transferred = []
  giveBuffers(items, transfer)
  expect(transfer.map(({ byteLength }) => byteLength)).toEqual([8, 16])
  structuredClone(items, { transfer })
  expect(own.length).toBe(0)
})
