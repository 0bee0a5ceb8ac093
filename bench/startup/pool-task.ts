// The task of tinypool.ts and piscina.ts: the work on one item.

import { spin } from '../shared/spin.ts'

export default ({ n, steps }: { readonly n: number; readonly steps: number }): number => spin(n, steps)
