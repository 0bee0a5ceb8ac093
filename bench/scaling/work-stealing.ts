// Millrace under the strategy `work-stealing`.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'work-stealing' })
