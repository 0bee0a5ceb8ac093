// The threads of raw.ts: the work on one item per message.

import { parentPort } from 'node:worker_threads'
import { spin } from '../shared/spin.ts'

parentPort?.on('message', ({ n, steps }: { readonly n: number; readonly steps: number }) => {
  parentPort?.postMessage(spin(n, steps))
})
