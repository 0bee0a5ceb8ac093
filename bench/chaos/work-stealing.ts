// Millrace under the strategy `work-stealing`.

import { chaos } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = chaos(
  under({ scheduler: { strategy: 'work-stealing', workers: 2, stateful: 'workers' } }),
)
