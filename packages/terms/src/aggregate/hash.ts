/** `hashOf`: 53 bits of hash of a key, for sketches. Internal. */

/** Two 32-bit halves; the upper holds 21 bits. */
export interface Hash {
  readonly high: number
  readonly low: number
}

/**
 * The hash of a key; a number and its text have different ones.
 *
 * cyrb53 by bryc (public domain): two chains of multiplications, mixed with the finaliser of MurmurHash3.
 */
export function hashOf(key: string | number | bigint | boolean | null): Hash {
  const text = typeof key === 'string' ? `s${key}` : `${typeof key} ${key}`
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return { high: b & 0x1fffff, low: a >>> 0 }
}
