// The task of tinypool.ts: the work on one item.

import { type Done, type Due, work } from './contract.ts'

export default ({ due, steps }: { readonly due: Due; readonly steps: number }): Done => work(due, steps)
