// A worker per term, by hand: every item is posted to every worker, and each worker posts back what its term gives.
// Called by the two contenders that differ in when the workers are started.

import { Worker } from 'node:worker_threads'
import type { Fan } from './contract.ts'

export function startWorkers({ terms, steps }: Fan): Worker[] {
  return Array.from(
    { length: terms },
    (_, index) => new Worker(new URL('./term-worker.js', import.meta.url), { workerData: { index, steps } }),
  )
}

/** Posts all items to all workers and adds up what comes back, a sink per worker. */
export function throughWorkers(workers: readonly Worker[], items: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sums = workers.map(() => 0)
    let missing = workers.length * items
    workers.forEach((worker, index) => {
      worker.removeAllListeners()
      worker.on('error', reject)
      worker.on('message', (output: number) => {
        sums[index] = (sums[index] ?? 0) + output
        if (--missing === 0) resolve(sums.reduce((sum, of) => sum + of, 0))
      })
    })
    for (let item = 0; item < items; item++) for (const worker of workers) worker.postMessage(item)
  })
}

export function endWorkers(workers: readonly Worker[]): Promise<unknown> {
  return Promise.all(workers.map((worker) => worker.terminate()))
}
