// postMessage by hand: arrays of records to a worker and back, a few under way so that the worker never waits; the best
// of several batch sizes is found before the clock starts.

import { Worker } from 'node:worker_threads'
import { fastestOf } from '../shared/tune.ts'
import { batchesUnderWay, batchSizes, type Item, transport } from './contract.ts'

export const prepare = transport(async ({ kind, items }) => {
  const worker = new Worker(new URL('./raw-worker.js', import.meta.url), { workerData: kind })

  const run = (size: number) =>
    new Promise<number>((resolve) => {
      let sent = 0
      let received = 0
      let sum = 0
      const send = () => {
        if (sent >= items.length) return
        worker.postMessage(items.slice(sent, sent + size))
        sent += size
      }
      worker.removeAllListeners('message')
      worker.on('message', (batch: readonly Item[]) => {
        send()
        for (const { value } of batch) sum += value
        received += batch.length
        if (received === items.length) resolve(sum)
      })
      for (let batch = 0; batch < batchesUnderWay; batch++) send()
    })

  const batchItems = await fastestOf(batchSizes, run)
  return { run: () => run(batchItems), figures: () => ({ batchItems }), close: () => worker.terminate() }
})
