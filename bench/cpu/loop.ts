// The hand-written loop on one thread: what a single processor can do.

import { spin } from '../shared/spin.ts'
import { cpu } from './contract.ts'

export const prepare = cpu(({ items, steps }) => ({
  run: () => {
    let sum = 0
    for (let n = 0; n < items; n++) sum += spin(n, steps)
    return sum
  },
}))
