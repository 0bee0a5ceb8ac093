// DuckDB through its package for Node, on two threads: one query per task, from the files to the file.

import { wholeProcess } from './contract.ts'

export const prepare = wholeProcess(new URL('./duckdb-program.js', import.meta.url))
