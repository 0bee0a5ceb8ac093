/** Goal: columns give back what went in, and buffers are handed over only where that harms nobody. */

import { expect, test } from 'vitest'
import { giveBuffers, pack, type Transferred, unpack } from './packed.ts'

const there = (items: readonly unknown[]) => {
  const transfer: Transferred = []
  return unpack(structuredClone(pack(items, 0, items.length, transfer), { transfer }))
}
const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 40 }, (_, i) => make(i))

test('numbers, records of numbers and anything else come back as they were', () => {
  for (const items of [
    many((i) => i / 3),
    many((i) => ({ id: i, value: -i })),
    many((i) => (i % 2 === 0 ? { id: i } : { id: i, value: 1 })),
    many((i) => (i === 39 ? 'x' : i)),
    many((i) => ({ id: i, name: 'n' })),
    [Number.NaN, -0, null, undefined, 'a'],
  ]) {
    expect(there(items)).toEqual(items)
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
