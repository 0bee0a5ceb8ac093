// A script for the one task, on one thread.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./hand-program.js', import.meta.url))
