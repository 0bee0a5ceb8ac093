// Millrace under the strategy `pool`, whose workers are processes.

import { chaos } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = chaos(
  under({ scheduler: { strategy: 'pool', workers: 2, stateful: 'workers', isolation: 'process' } }),
)
