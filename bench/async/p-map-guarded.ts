// p-map; each call has a time limit (p-timeout), and would be made again if it failed (p-retry).

import pMap from 'p-map'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import { ATTEMPTS, async, TIMEOUT_MS, upTo } from './contract.ts'

export const prepare = async(async ({ items, concurrency, call }) => {
  const guarded = (item: number): Promise<number> =>
    pRetry(() => pTimeout(call(item), { milliseconds: TIMEOUT_MS }), { retries: ATTEMPTS - 1 })
  const answers = await pMap(upTo(items), guarded, { concurrency })
  return answers.reduce((sum, answer) => sum + answer, 0)
})
