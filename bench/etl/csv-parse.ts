// A script on one thread with csv-parse, as its documentation shows it: an async iterable of records, the columns cut
// down to those that are wanted.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./csv-parse-program.js', import.meta.url))
