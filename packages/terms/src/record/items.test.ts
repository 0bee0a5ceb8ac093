/** Goal: equality, hash and copy go by data: by nothing more and by nothing less. */

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyItem, equalItems, hashOfItem, keyOfItem } from '../index.ts'
import { invalidOption } from '../test/failing.ts'

const data = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  maxDepth: 3,
})

/** -0 is made 0, which data are not told apart by. */
const zeroed = (value: unknown): unknown =>
  typeof value === 'number' && value === 0 ? 0 : Array.isArray(value) ? value.map(zeroed) : value

test('agrees with a deep comparison of numbers, texts and lists', () => {
  const small = fc.array(
    fc.oneof(fc.integer({ min: -1, max: 1 }), fc.double(), fc.string({ maxLength: 1 })),
    {
      maxLength: 2,
    },
  )
  fc.assert(
    fc.property(small, small, (a, b) => {
      expect(equalItems(a, b)).toBe(isDeepStrictEqual(zeroed(a), zeroed(b)))
    }),
    { numRuns: 500 },
  )
})

test('a copy is equal, has the same hash, and shares nothing', () => {
  fc.assert(
    fc.property(data, (item) => {
      const copy = copyItem(item)
      expect(equalItems(item, copy)).toBe(true)
      expect(hashOfItem(copy)).toBe(hashOfItem(item))
      if (typeof item === 'object' && item !== null) expect(copy).not.toBe(item)
    }),
  )
})

test('the order of keys, entries and members makes no difference', () => {
  const a = {
    x: 1,
    y: new Map([
      ['p', 1],
      ['q', 2],
    ] as const),
    z: new Set([1, 2]),
  }
  const b = {
    z: new Set([2, 1]),
    y: new Map([
      ['q', 2],
      ['p', 1],
    ] as const),
    x: 1,
  }
  expect(keyOfItem(a)).toBe(keyOfItem(b))
})

test('what looks alike is not the same', () => {
  const items = [
    0, '0', 0n, null, undefined, 'null', [], {}, [[]], [null], [undefined], '', '""', new Map(), new Set(),
    new Date(0), 'Date(0)', new Uint8Array(1), new Int8Array(1), new ArrayBuffer(1), /a/, /a/g, '/a/', true,
    'true', Number.NaN, 'NaN', { a: undefined }, ['a', 'b'], ['a,b'], { 'a:1,b': 2 }, { a: 1, b: 2 },
  ] // biome-ignore format: a list
  expect(new Set(items.map(keyOfItem)).size).toBe(items.length)
  expect(new Set(items.map(hashOfItem)).size).toBe(items.length)
})

test('changes are made in the copy alone', () => {
  const item = { name: 'Ada', tags: ['x'] }
  const tags = ['y']
  const copy = copyItem(item, { tags })
  tags.push('z')
  expect([item, copy]).toEqual([
    { name: 'Ada', tags: ['x'] },
    { name: 'Ada', tags: ['y'] },
  ])
  expect(() => copyItem([1], { length: 0 } as never)).toThrow(invalidOption('a plain record'))
})

test('what is no data is refused', () => {
  class Point {}
  const loop: unknown[] = []
  loop.push(loop)
  for (const item of [() => 1, Symbol('s'), new Point(), loop, { f: () => 1 }]) {
    expect(() => keyOfItem(item)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
  }
})
