// The hand-written loop: the same records, and no worker to send them to.

import { raise, transport } from './contract.ts'

export const prepare = transport(({ kind, items }) => ({
  run: () => {
    const f = raise[kind]
    let sum = 0
    for (const item of items) sum += f(item).value
    return sum
  },
}))
