// A thread of hand-two-workers-program.ts: folds the lines that begin in its range of bytes, and posts what it has.

import { parentPort, workerData } from 'node:worker_threads'
import { byHand, type HandWorkload } from './by-hand.ts'
import { forLines } from './line-range.ts'

/** What a thread is told. */
export interface Half {
  readonly workload: HandWorkload
  readonly input: string
  readonly table: string
  readonly from: number
  readonly to: number
}

const { workload, input, table, from, to } = workerData as Half
const job = byHand[workload](table)
forLines(input, from, to, job.line)
parentPort?.postMessage(job.partial())
