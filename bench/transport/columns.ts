// postMessage by hand with columns: the numbers of a batch as transferred arrays, which are moved and not copied. What
// a person can do who gives up records on the way; nothing but numbers fits. The batch size is tuned as in raw.ts.

import { Worker } from 'node:worker_threads'
import { fastestOf } from '../shared/tune.ts'
import { batchesUnderWay, batchSizes, transport } from './contract.ts'

export interface Columns {
  readonly ids: Float64Array
  readonly values: Float64Array
}

export const prepare = transport(async ({ items }) => {
  const worker = new Worker(new URL('./columns-worker.js', import.meta.url))

  const run = (size: number) =>
    new Promise<number>((resolve) => {
      let sent = 0
      let received = 0
      let sum = 0
      const send = () => {
        const count = Math.min(size, items.length - sent)
        if (count <= 0) return
        const ids = new Float64Array(count)
        const values = new Float64Array(count)
        for (let at = 0; at < count; at++) {
          const item = items[sent + at]
          ids[at] = item?.id ?? 0
          values[at] = item?.value ?? 0
        }
        sent += count
        worker.postMessage({ ids, values } satisfies Columns, [ids.buffer, values.buffer])
      }
      worker.removeAllListeners('message')
      worker.on('message', ({ ids, values }: Columns) => {
        send()
        // the reader gets records, as it does from everybody else
        for (let at = 0; at < ids.length; at++) sum += { id: ids[at] ?? 0, value: values[at] ?? 0 }.value
        received += ids.length
        if (received === items.length) resolve(sum)
      })
      for (let batch = 0; batch < batchesUnderWay; batch++) send()
    })

  const batchItems = await fastestOf(batchSizes, run)
  return { run: () => run(batchItems), figures: () => ({ batchItems }), close: () => worker.terminate() }
})
