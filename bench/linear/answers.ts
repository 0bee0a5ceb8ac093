// What each linear workload must answer, worked out by plain arithmetic that shares no function with the
// contenders, so that neither a wrong function nor its warmed-up call sites can hide here.
// contract.ts calls it once per process, before anything is timed.

import { innerItems } from './functions.ts'

export type Shape = 'filterMapReduce' | 'scan' | 'flatMap' | 'merge' | 'zip' | 'polluted'

export const answers: Record<Shape, (items: number) => number> = {
  filterMapReduce(items) {
    const evens = Math.ceil(items / 2)
    return evens * evens
  },

  // Beyond 2^53 the sum of sums rounds; every contender adds in this order, so it rounds alike and === holds.
  scan(items) {
    let running = 0
    let answer = 0
    for (let x = 0; x < items; x++) {
      running += x
      answer += running
    }
    return answer
  },

  flatMap(items) {
    const outer = Math.floor(items / innerItems)
    return sumBelow(outer) * sumBelow(innerItems)
  },

  merge(items) {
    return sumBelow(Math.floor(items / 4) * 4)
  },

  zip(items) {
    return sumBelow(Math.floor(items / 2) * 2)
  },

  polluted(items) {
    let answer = 0
    for (let x = 0; x < items; x++) {
      const tripled = x * 3
      if (tripled % 7 === 0) continue
      const shifted = tripled + 5
      if (shifted % 2 === 1) answer += shifted % 65_536
    }
    return answer
  },
}

function sumBelow(limit: number): number {
  return (limit * (limit - 1)) / 2
}
