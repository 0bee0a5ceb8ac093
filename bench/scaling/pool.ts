// Millrace under the strategy `pool`.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'pool' })
