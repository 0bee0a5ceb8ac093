// Millrace under the strategy `hybrid`.

import { chaos } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = chaos(under({ scheduler: { strategy: 'hybrid', workers: 2 } }))
