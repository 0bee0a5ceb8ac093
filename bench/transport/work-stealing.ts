// Millrace under the strategy `work-stealing`, with one worker.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'work-stealing', workers: 1 })
