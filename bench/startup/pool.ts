// Millrace under the strategy `pool`.

import { workers } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = under({ strategy: 'pool', workers })
