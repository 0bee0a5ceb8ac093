// Millrace under the strategy `pool`.

import { chaos } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = chaos(under({ scheduler: { strategy: 'pool', workers: 2, stateful: 'workers' } }))
