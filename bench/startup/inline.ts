// Millrace under the strategy `inline`.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'inline' })
