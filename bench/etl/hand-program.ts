// The program of hand.ts: reads, folds and writes on one thread.

import './own-usage.ts'
import { statSync } from 'node:fs'
import { byHand, type HandWorkload } from './by-hand.ts'
import { forLines } from './line-range.ts'

const [workload, input = '', table = '', output = ''] = process.argv.slice(2) as [HandWorkload, ...string[]]
const job = byHand[workload](table)
forLines(input, 0, statSync(input).size, job.line)
job.write([job.partial()], output)
