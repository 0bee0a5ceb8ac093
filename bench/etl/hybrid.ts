// Millrace under the strategy `hybrid`.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./strategy-program.js', import.meta.url), 'hybrid')
