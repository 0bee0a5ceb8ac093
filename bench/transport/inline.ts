// Millrace under the strategy `inline`: nothing is sent.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'inline' })
