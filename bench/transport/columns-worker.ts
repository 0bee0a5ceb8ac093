// The thread of columns.ts: raises each record of a batch of columns and sends the columns back.

import { parentPort } from 'node:worker_threads'
import type { Columns } from './columns.ts'
import { raise } from './contract.ts'

parentPort?.on('message', ({ ids, values }: Columns) => {
  for (let at = 0; at < ids.length; at++) {
    const raised = raise.numeric({ id: ids[at] ?? 0, value: values[at] ?? 0 })
    ids[at] = raised.id
    values[at] = raised.value
  }
  parentPort?.postMessage({ ids, values } satisfies Columns, [
    ids.buffer as ArrayBuffer,
    values.buffer as ArrayBuffer,
  ])
})
