/** Goal: the merge gives what the definition gives. */
import { expect, test } from 'vitest'
import { mix32 } from './hash.ts'
import { jaccard } from './jaccard.ts'

function byDefinition(a: Uint32Array, b: Uint32Array): number {
  const union = new Set([...a, ...b]).size
  return (a.length + b.length - union) / union
}

test('sets of any overlap have the similarity of the definition', () => {
  for (let i = 1; i < 200; i++) {
    const a = new Uint32Array(
      new Set(Array.from({ length: 1 + (i % 40) }, (_, k) => mix32(k * i) % 64)),
    ).sort()
    const b = new Uint32Array(
      new Set(Array.from({ length: 1 + (i % 33) }, (_, k) => mix32(k + i) % 64)),
    ).sort()
    expect(jaccard(a, b)).toBe(byDefinition(a, b))
  }
})

test('empty sets are like nothing', () => {
  const empty = new Uint32Array(0)
  const one = Uint32Array.of(0xffffffff)
  expect([jaccard(empty, empty), jaccard(empty, one), jaccard(one, one)]).toEqual([0, 0, 1])
})
