// A script on one thread with uDSV, chunk by chunk, into arrays of text: the quickest of its forms.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./udsv-program.js', import.meta.url))
