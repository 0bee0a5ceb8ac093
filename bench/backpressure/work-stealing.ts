// Millrace under the strategy `work-stealing`.

import { workers } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = under({ strategy: 'work-stealing', workers })
