// The hand-written loop on one thread: every item through every function into its sink.

import { multiply, scaling } from './contract.ts'

export const prepare = scaling(({ terms, items, steps }) => ({
  run: () => {
    const functions = Array.from(
      { length: terms },
      (_, index) => (item: number) => multiply(item, index, steps),
    )
    const sums = functions.map(() => 0)
    for (let item = 0; item < items; item++) {
      for (let index = 0; index < functions.length; index++) {
        sums[index] = (sums[index] ?? 0) + (functions[index]?.(item) ?? 0)
      }
    }
    return sums.reduce((sum, of) => sum + of, 0)
  },
}))
