// Work that takes a microsecond or so and can be checked: a hash, iterated. Called by the graphs of this suite.

/** Marks a number, in so many steps. */
export function markOf(n: number, steps: number): number {
  let hash = n | 0
  for (let i = 0; i < steps; i++) hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + i
  return hash
}
