// What the pools' threads run: one item, or a chunk of neighbours given as an array. Loaded by tinypool and piscina
// in their workers; both take the default export unless a name is given.

import { spin } from '../shared/spin.ts'

export interface Chunk {
  readonly numbers: readonly number[]
  readonly steps: number
}

export function spinOne({ n, steps }: { n: number; steps: number }): number {
  return spin(n, steps)
}

export function spinChunk({ numbers, steps }: Chunk): number[] {
  return numbers.map((n) => spin(n, steps))
}
