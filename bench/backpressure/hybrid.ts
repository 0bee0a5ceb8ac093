// Millrace under the strategy `hybrid`: the source on a worker of its own, the function on two others.

import { workers } from './contract.ts'
import { under } from './strategy.ts'

export const prepare = under({ strategy: 'hybrid', workers })
