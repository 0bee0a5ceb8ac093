// Millrace under the strategy `dedicated`: a worker for each term.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'dedicated' })
