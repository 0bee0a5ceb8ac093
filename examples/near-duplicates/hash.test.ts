/** Goal: the mixing functions are MurmurHash3's, so their results never change. */
import { expect, test } from 'vitest'
import { absorb32, mix32 } from './hash.ts'

/** MurmurHash3 x86_32 of whole words: absorb each, xor in the length in bytes, mix. */
function murmur3(words: number[], seed: number): number {
  return mix32(words.reduce(absorb32, seed) ^ (4 * words.length))
}

test('they make up MurmurHash3 x86_32, by its published test vectors', () => {
  expect([
    murmur3([], 0),
    murmur3([], 1),
    murmur3([0xffffffff], 0),
    murmur3([0x87654321], 0),
    murmur3([0x87654321], 0x5082edee),
    murmur3([0], 0),
  ]).toEqual([0, 0x514e28b7, 0x76293b50, 0xf55b516b, 0x2362f9de, 0x2362f9de])
})
