// Millrace under the strategy `dedicated`. It refuses more terms than it may have threads (four for each processor),
// so beyond that the terms share them; a thread for each of 200 terms is `worker-per-term`.

import { under } from './strategy.ts'

export const prepare = under({ strategy: 'dedicated', fallback: 'share' })
