// Millrace under the strategy `hybrid`: the source on a worker of its own, the terms on two others.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'hybrid' })
