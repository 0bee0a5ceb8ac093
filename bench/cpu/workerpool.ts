// workerpool with a task per chunk, on threads; the best of several chunk sizes is found before the clock starts.

import { fileURLToPath } from 'node:url'
import workerpool from 'workerpool'
import { inChunks } from './chunked.ts'
import { cpu, workers } from './contract.ts'

export const prepare = cpu((spins) => {
  const script = fileURLToPath(new URL('./workerpool-worker.js', import.meta.url))
  const pool = workerpool.pool(script, { workerType: 'thread', minWorkers: workers, maxWorkers: workers })
  return inChunks(
    spins,
    async (chunk) => pool.exec('spinChunk', [chunk]),
    () => pool.terminate(),
  )
})
