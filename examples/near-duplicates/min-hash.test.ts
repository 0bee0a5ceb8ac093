/** Goal: signatures estimate the Jaccard similarity, depend on the set alone, and never change. */
import { expect, test } from 'vitest'
import { mix32 } from './hash.ts'
import { minHash } from './min-hash.ts'

function agreement(a: Uint32Array, b: Uint32Array): number {
  return a.filter((value, i) => value === b[i]).length / a.length
}

/** The numbers from `from` up to `to`, mixed as the hashes of shingles are. */
function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => mix32(from + i)).sort()
}

test('a signature has as many values as asked for, and the same ones for the same set', () => {
  const signature = minHash(range(0, 50))
  expect(signature.length).toBe(128)
  expect(minHash(range(0, 50).reverse())).toEqual(signature)
  expect(minHash(range(0, 50), 16)).toEqual(signature.slice(0, 16))
  expect([...signature.slice(0, 3)]).toEqual([2_299_114_129, 2_173_996_264, 2_167_588_823])
})

test('the empty set has a signature of its own', () => {
  expect(minHash(new Uint32Array(0), 3)).toEqual(Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff))
})

test.each([
  [0.8, 10],
  [0.5, 30],
  [0.25, 54],
])('agreement estimates a similarity of %d', (similarity, shift) => {
  // 40 pairs of 128 values: a standard deviation below 0.007.
  let sum = 0
  for (let i = 0; i < 40; i++) {
    const from = 1_000 * i
    sum += agreement(minHash(range(from, from + 90)), minHash(range(from + shift, from + shift + 90)))
  }
  expect(Math.abs(sum / 40 - similarity)).toBeLessThan(0.025)
})
