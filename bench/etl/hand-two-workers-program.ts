// The program of hand-two-workers.ts: two threads fold half of the bytes each, this one merges and writes.

import './own-usage.ts'
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { byHand, type HandWorkload } from './by-hand.ts'
import type { Half } from './hand-worker.ts'
import { workers } from './task.ts'

const [workload, input = '', table = '', output = ''] = process.argv.slice(2) as [HandWorkload, ...string[]]
const { size } = statSync(input)
const partials = await Promise.all(
  Array.from({ length: workers }, (_, n) => {
    const [from, to] = [n, n + 1].map((part) => Math.floor((size * part) / workers)) as [number, number]
    const half: Half = { workload, input, table, from, to }
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./hand-worker.js', import.meta.url), { workerData: half })
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  }),
)
byHand[workload](table).write(partials as never, output)
