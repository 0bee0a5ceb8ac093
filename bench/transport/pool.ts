// Millrace under the strategy `pool`, with one worker.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'pool', workers: 1 })
