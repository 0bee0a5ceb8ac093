// Millrace under the strategy `dedicated`: the source and the function on a worker each.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'dedicated' })
