// The hand-written limit on one thread: a loop, a recursion, a loop of loops.

import { spin } from '../shared/spin.ts'
import { countBelow, emptyBoard } from './boards.ts'
import { skew } from './contract.ts'
import { pagesOf, stages, total } from './pages.ts'

export const prepare = skew(() => ({
  heavyTail: () => (costs) => costs.reduce((sum, steps, n) => sum + spin(n, steps), 0),
  queens: (size) => () => countBelow(emptyBoard, size),
  stages: (count) => {
    const pages = pagesOf(count)
    return () => {
      let sum = 0
      for (const page of pages) sum += total(stages.reduce((last, stage) => stage(last), page))
      return sum
    }
  },
}))
