// The script of hand.ts with two worker threads, each of which reads its half of the file's bytes.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./hand-two-workers-program.js', import.meta.url))
