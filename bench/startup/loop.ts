// The hand-written loop: nothing to load, nothing to start.

import { spin } from '../shared/spin.ts'
import { startup } from './contract.ts'

export const prepare = startup(async () => ({
  run: async ({ items, steps }, sink) => {
    for (let n = 0; n < items; n++) sink(spin(n, steps))
  },
}))
