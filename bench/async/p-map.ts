// p-map: the answers as one array, in order.

import pMap from 'p-map'
import { async, upTo } from './contract.ts'

export const prepare = async(async ({ items, concurrency, call }) => {
  const answers = await pMap(upTo(items), call, { concurrency })
  return answers.reduce((sum, answer) => sum + answer, 0)
})
