// Node streams: `Readable.map` with a limit, in order.

import { Readable } from 'node:stream'
import { async, upTo } from './contract.ts'

export const prepare = async(({ items, concurrency, call }) =>
  Readable.from(upTo(items))
    .map((item: number) => call(item), { concurrency })
    .reduce((sum: number, answer: number) => sum + answer, 0),
)
