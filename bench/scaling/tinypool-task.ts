// The task of tinypool.ts: one term's work on one item.

import { multiply } from './contract.ts'

export interface Task {
  readonly item: number
  readonly index: number
  readonly steps: number
}

export default ({ item, index, steps }: Task): number => multiply(item, index, steps)
