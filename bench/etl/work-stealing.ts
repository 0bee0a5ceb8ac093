// Millrace under the strategy `work-stealing`.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./strategy-program.js', import.meta.url), 'work-stealing')
