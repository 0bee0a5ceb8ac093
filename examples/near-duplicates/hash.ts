/** Exact 32-bit integer mixing, shared by shingles, signatures and band keys. Math.imul only: no floats. */

/**
 * Spreads the bits of a 32-bit integer; a bijection, returned as an unsigned number.
 * Source: `fmix32`, the finaliser of Appleby's MurmurHash3 (2011).
 */
export function mix32(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Takes one 32-bit word into a running hash; end a sequence with `mix32`.
 * Source: the body of MurmurHash3 x86_32.
 */
export function absorb32(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}
