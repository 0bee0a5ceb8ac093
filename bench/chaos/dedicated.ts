// Millrace under the strategy `dedicated`.

import { chaos } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = chaos(under({ scheduler: { strategy: 'dedicated', fallback: 'share' } }))
